import { sql } from "kysely";
import type { Db } from "./database.ts";

export async function write(db: Db, sessionId: string, body: Buffer): Promise<void> {
  await db
    .insertInto("engine.snapshot_blob")
    .values({ session_id: sessionId, body })
    .onConflict((conflict) => conflict.column("session_id").doUpdateSet({ body, updated_at: sql`now()` }))
    .execute();
}

export async function read(db: Db, sessionId: string): Promise<Buffer | undefined> {
  const row = await db
    .selectFrom("engine.snapshot_blob")
    .select("body")
    .where("session_id", "=", sessionId)
    .executeTakeFirst();
  return row?.body;
}
