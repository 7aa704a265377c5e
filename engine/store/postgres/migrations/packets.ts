import { sql, type Kysely } from "kysely";

/**
 * Payloads and outputs that do not travel in requests. The indexes find the run that has a packet; they are hashes,
 * because what a client calls a packet's name may be of any length.
 */
export async function addPackets(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table engine.packet (
      id text primary key,
      type text not null,
      body bytea not null,
      written_at timestamptz not null default now()
    )`.execute(db);
  await sql`create index packet_age_idx on engine.packet (written_at)`.execute(db);
  await sql`create index run_payload_packet_idx on engine.run using hash (payload)
    where payload_type = 'application/store'`.execute(db);
  await sql`create index run_output_packet_idx on engine.run using hash (output)
    where output_type = 'application/store'`.execute(db);
}
