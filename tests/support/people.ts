import type { Kysely } from "kysely";
import type { Database } from "../../src/lib/server/db/index.ts";

/** Somebody who owns chats: their id is all that a test knows them by. */
export async function addPeople(db: Kysely<Database>, ...ids: string[]): Promise<void> {
  const now = new Date();
  const people = ids.map((id) => ({
    ...{ id, name: id, email: `${id}@example.org`, emailVerified: false },
    ...{ createdAt: now, updatedAt: now },
  }));
  await db.insertInto("user").values(people).execute();
}
