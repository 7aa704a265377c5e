import { sql, type Kysely } from "kysely";
import type { Database } from "./database.ts";

/** What only one of all processes does at a time. Any numbers that nothing else in this database uses. */
export const LOCKS = { recovery: 7_305_112_043, purge: 7_305_112_044 };

/** Does the work unless another process is at it. The lock is the connection's: a process that dies gives it back. */
export async function alone(db: Kysely<Database>, lock: number, work: () => Promise<void>): Promise<void> {
  await db.connection().execute(async (connection) => {
    const { rows } = await sql<{ taken: boolean }>`select pg_try_advisory_lock(${lock}) as taken`.execute(connection);
    if (!rows[0]?.taken) return;
    try {
      await work();
    } finally {
      await sql`select pg_advisory_unlock(${lock})`.execute(connection);
    }
  });
}
