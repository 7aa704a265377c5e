import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTestDatabase } from "../../../../tests/support/postgres.ts";
import { createDb, parseBigint } from "./index.ts";
import { databaseProblem, migrateToLatest } from "./migrate.ts";

let database: Awaited<ReturnType<typeof createTestDatabase>>;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

describe("createDb", () => {
  it("reads a bigint as a number, and refuses one that a number cannot hold", async () => {
    const db = createDb(database.url);
    const { rows } = await sql<{ big: number }>`select 9007199254740991::bigint as big`.execute(db);
    expect(rows).toEqual([{ big: Number.MAX_SAFE_INTEGER }]);
    expect(() => parseBigint("9007199254740992")).toThrow(RangeError);
    await db.destroy();
  });

  it("keeps as many connections open as it is told, and lets the others go", async () => {
    const db = createDb(database.url, { kept: 1, idleMs: 1 });
    const backend = async () => {
      const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(db);
      return rows[0]?.pid;
    };
    const opened = await Promise.all([backend(), backend()]);
    const open = () =>
      database.query<{ pid: number }>("select pid from pg_stat_activity where pid = any ($1)", [opened]);
    await expect.poll(open).toHaveLength(1);
    expect(opened).toContain(await backend());
    await db.destroy();
  });
});

it("a connection that breaks while somebody holds it, and asks nothing, fails the next question and not the process", async () => {
  const db = createDb(database.url);
  const held = db.connection().execute(async (connection) => {
    const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(connection);
    await database.query("select pg_terminate_backend($1)", [rows[0]?.pid]);
    for (;;) await sql`select 1`.execute(connection);
  });
  await expect(held).rejects.toThrow();
  // The pool may hand it out once more before it has seen the end of it.
  await expect.poll(async () => (await sql`select 1 as one`.execute(db)).rows).toEqual([{ one: 1 }]);
  await db.destroy();
});

describe("migrateToLatest", () => {
  it("has nothing left to do on a migrated database, from several processes at once", async () => {
    const dbs = [createDb(database.url), createDb(database.url)];
    expect(await Promise.all(dbs.map((db) => migrateToLatest(db)))).toEqual([[], []]);
    await Promise.all(dbs.map((db) => db.destroy()));
  });
});

describe("databaseProblem", () => {
  it("finds nothing wrong with a database that answers", async () => {
    expect(await databaseProblem(database.url)).toBeUndefined();
  });

  it.each(["postgres://u:p@127.0.0.1:1/x", "postgres://nobody:wrong@HOST/x"])(
    "says in one sentence what is wrong with %s",
    async (url) => {
      const problem = await databaseProblem(url.replace("HOST", new URL(database.url).host));
      expect(problem).toMatch(/^DATABASE_URL names a database that does not answer: [^\n]+\.$/);
    },
  );
});
