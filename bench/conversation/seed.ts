import { randomUUID } from "node:crypto";
import { sql, type Kysely } from "kysely";
import type { Database } from "../../src/lib/server/db/index.ts";
import { said } from "./said.ts";

/** Gives a person a chat of so many messages, one path. Returns its id. */
export async function seedChat(
  db: Kysely<Database>,
  ownerId: string,
  title: string,
  messages: number,
): Promise<string> {
  const id = randomUUID();
  const ids = Array.from({ length: messages }, () => randomUUID());
  const rows = said(messages).map(({ role, text }, n) => ({
    ...{ chat_id: id, id: ids[n] ?? "", parent_id: ids[n - 1] ?? null, role, metadata: "{}" },
    parts: JSON.stringify([{ type: "text", text }]),
  }));
  await db.transaction().execute(async (trx) => {
    await trx
      .insertInto("chat")
      .values({ id, owner_id: ownerId, title, last_read_at: sql`now() + interval '1 minute'` })
      .execute();
    await trx.insertInto("message").values(rows).execute();
    // As whatever was answered has: opening a chat without one starts a run for it.
    await trx.insertInto("chat_session").values({ chat_id: id }).execute();
    await trx
      .updateTable("chat")
      .set({ head_id: ids.at(-1) })
      .where("id", "=", id)
      .execute();
  });
  return id;
}
