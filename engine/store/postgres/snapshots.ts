import { sql } from "kysely";
import type { Snapshots } from "../snapshots.ts";
import type { Db } from "./database.ts";

export const snapshots = (db: Db): Snapshots => ({
  async write(sessionId, body) {
    await db
      .insertInto("engine.snapshot_blob")
      .values({ session_id: sessionId, body })
      .onConflict((conflict) => conflict.column("session_id").doUpdateSet({ body, updated_at: sql`now()` }))
      .execute();
  },

  async read(sessionId) {
    const row = await db
      .selectFrom("engine.snapshot_blob")
      .select("body")
      .where("session_id", "=", sessionId)
      .executeTakeFirst();
    return row?.body;
  },
});
