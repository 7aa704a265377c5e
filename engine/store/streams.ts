import { sql } from "kysely";
import type { Db, Tx } from "./database.ts";

export type Io = "in" | "out";
export type Headers = [string, string][];

/** One record of a log. `at` is in milliseconds since 1970. */
export type StreamRecord = { seq: number; body: string; headers: Headers | null; at: number };
export type NewRecord = { body: string; headers?: Headers; id?: string };
export type Appended = { startSeq: number; endSeq: number; at: number; isDuplicate: boolean; records: StreamRecord[] };

export const streamName = (streamKey: string, io: Io) => `sessions/${streamKey}/${io}`;

/** Appends a batch, all or nothing. A batch whose first record's id is in the log already changes nothing. */
export async function append(db: Db | Tx, stream: string, batch: NewRecord[], wantsAnswer = false): Promise<Appended> {
  const bodies = batch.map((record) => record.body);
  const headers = batch.map((record) => (record.headers?.length ? JSON.stringify(record.headers) : null));
  const ids = batch.map((record) => record.id ?? null);
  const { rows } = await sql<{ start_seq: number; end_seq: number; appended_at: Date; is_duplicate: boolean }>`
    select * from engine.append(${stream}, ${bodies}::text[], ${headers}::text[], ${ids}::text[], ${wantsAnswer})
  `.execute(db);
  const row = rows[0];
  if (!row) throw new Error("engine.append returned nothing");
  const at = row.appended_at.getTime();
  const records = batch.map((record, index) => ({
    seq: row.start_seq + index,
    body: record.body,
    headers: record.headers ?? null,
    at,
  }));
  return { startSeq: row.start_seq, endSeq: row.end_seq, at, isDuplicate: row.is_duplicate, records };
}

/** Records from `fromSeq` on, oldest first. What was trimmed is skipped. */
export async function read(db: Db | Tx, stream: string, fromSeq: number, limit = 1000): Promise<StreamRecord[]> {
  const rows = await db
    .selectFrom("engine.record")
    .select(["seq", "body", "headers", "at"])
    .where("stream", "=", stream)
    .where("seq", ">=", fromSeq)
    .orderBy("seq")
    .limit(limit)
    .execute();
  return rows.map((row) => ({ ...row, at: row.at.getTime() }));
}

/** The position the next record will get. */
export async function nextSeq(db: Db | Tx, stream: string): Promise<number> {
  const row = await db.selectFrom("engine.stream").select("next_seq").where("key", "=", stream).executeTakeFirst();
  return row?.next_seq ?? 0;
}

/** The newest record that is not a command to the log itself (a trim). */
export async function lastRecord(db: Db, stream: string): Promise<StreamRecord | undefined> {
  const row = await db
    .selectFrom("engine.record")
    .select(["seq", "body", "headers", "at"])
    .where("stream", "=", stream)
    .where(sql<boolean>`coalesce(headers -> 0 ->> 0, 'none') <> ''`)
    .orderBy("seq", "desc")
    .limit(1)
    .executeTakeFirst();
  return row && { ...row, at: row.at.getTime() };
}

/** The oldest input record after `answeredSeq` that still wants an answer. */
export async function oldestUnanswered(
  db: Db | Tx,
  stream: string,
  answeredSeq: number | null,
): Promise<number | undefined> {
  const row = await db
    .selectFrom("engine.record")
    .select("seq")
    .where("stream", "=", stream)
    .where("wants_answer", "=", true)
    .where("seq", ">", answeredSeq ?? -1)
    .orderBy("seq")
    .limit(1)
    .executeTakeFirst();
  return row?.seq;
}

/** Marks records before `seq` as no longer needed. They go a little later, so that a reader on its way still finds them. */
export async function requestTrim(db: Db | Tx, stream: string, seq: number, at: Date): Promise<void> {
  await db
    .updateTable("engine.stream")
    .set({ trim_before: sql`greatest(coalesce(trim_before, 0), least(${seq}, next_seq))`, trim_at: at })
    .where("key", "=", stream)
    .execute();
}

export async function deleteTrimmed(db: Db, now: Date): Promise<void> {
  await sql`
    with due as (
      update engine.stream set trim_at = null where trim_at <= ${now} returning key, trim_before
    )
    delete from engine.record r using due where r.stream = due.key and r.seq < due.trim_before
  `.execute(db);
}
