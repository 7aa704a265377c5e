import { afterAll } from "vitest";
import { createDb } from "../../src/lib/server/db/index.ts";
import { addPeople } from "./people.ts";
import { createTestDatabase } from "./postgres.ts";

/** An empty, migrated database of this test file's own, with these people in it. It goes when the file's tests are done. */
export async function openTestDb(...people: string[]) {
  const database = await createTestDatabase();
  const db = createDb(database.url);
  afterAll(async () => {
    await db.destroy();
    await database.drop();
  });
  if (people.length > 0) await addPeople(db, ...people);
  return { database, db };
}
