import { createTestDatabase } from "../../../tests/support/postgres.ts";
import { createLog } from "../../log.ts";
import { describeStore } from "../conformance.ts";
import { createPostgresStore } from "./index.ts";

describeStore("the Postgres store", async () => {
  const database = await createTestDatabase();
  const store = createPostgresStore(database.url, createLog("silent"));
  await store.migrate();
  return {
    store,
    async drop() {
      await store.close();
      await database.drop();
    },
  };
});
