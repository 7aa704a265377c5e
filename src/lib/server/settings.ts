import type { Kysely } from "kysely";
import type { Database } from "./db/database.ts";

export interface PersonSettingsTable {
  person_id: string;
  default_model: string | null;
}

/** The model that a person wants their chats to begin with. It may have gone since; null: they have chosen none. */
export async function defaultModel(db: Kysely<Database>, personId: string): Promise<string | null> {
  const row = await db
    .selectFrom("person_settings")
    .select("default_model")
    .where("person_id", "=", personId)
    .executeTakeFirst();
  return row?.default_model ?? null;
}

export async function chooseDefaultModel(db: Kysely<Database>, personId: string, model: string): Promise<void> {
  await db
    .insertInto("person_settings")
    .values({ person_id: personId, default_model: model })
    .onConflict((conflict) => conflict.column("person_id").doUpdateSet({ default_model: model }))
    .execute();
}
