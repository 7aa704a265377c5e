import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Child } from "../../launcher/child.ts";
import { ChildLog } from "../../launcher/log.ts";
import { clusterAnswers, clusterUrl, guardPostmaster, prepareCluster } from "../../launcher/postgres.ts";
import { createDb } from "../../src/lib/server/db/index.ts";
import { migrateToLatest } from "../../src/lib/server/db/migrate.ts";
import { freePort } from "./ports.ts";
import { query } from "./query.ts";

const template = "skein_template";

/** Nothing in a test has to survive a power cut. */
const fast = ["fsync=off", "synchronous_commit=off", "full_page_writes=off"];

/** One Postgres for a whole test run. `url` names its administrative database, which `TEST_POSTGRES_URL` hands on. */
export async function startTestPostgres(settings = fast): Promise<{ url: string; stop(): Promise<void> }> {
  const home = mkdtempSync(join(tmpdir(), "skein-postgres-"));
  mkdirSync(join(home, "logs"));
  const cluster = { dir: join(home, "data"), port: await freePort(), password: randomBytes(8).toString("hex") };
  const log = new ChildLog(home, "postgres");
  const child = Child.start(await prepareCluster(cluster, settings), log);
  const dismissGuard = guardPostmaster(child.id.pid);
  while (!(await clusterAnswers(cluster))) {
    if (child.hasExited) throw new Error(`the test Postgres did not start: ${log.lastImportant}`);
    await sleep(50);
  }
  const url = clusterUrl(cluster, "postgres");
  await makeTemplate(url);
  return {
    url,
    async stop() {
      await child.stop("SIGINT", 5000);
      dismissGuard();
      await log.close();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

export type TestDatabase = {
  url: string;
  /** Runs one statement on a connection of its own; its rows. */
  query<Row extends object>(sql: string, values?: unknown[]): Promise<Row[]>;
  drop(): Promise<void>;
};

/**
 * An empty, migrated database of its own for one test file. Needs the run's Postgres: vitest's global set-up and the
 * runner of `npm test` start it and set TEST_POSTGRES_URL.
 */
export async function createTestDatabase(): Promise<TestDatabase> {
  const server = process.env.TEST_POSTGRES_URL;
  if (!server) throw new Error("TEST_POSTGRES_URL is not set: run tests through vitest or npm test");
  const name = `test_${randomBytes(6).toString("hex")}`;
  await administer(server, `create database ${name} template ${template} strategy file_copy`);
  const url = nameDatabase(server, name);
  return {
    url,
    query: (sql, values) => query(url, sql, values),
    drop: () => administer(server, `drop database if exists ${name} with (force)`),
  };
}

async function makeTemplate(server: string): Promise<void> {
  await administer(server, `create database ${template}`);
  const db = createDb(nameDatabase(server, template), { max: 1 });
  await migrateToLatest(db);
  // Nobody may be connected to a template while it is copied.
  await db.destroy();
}

async function administer(server: string, statement: string): Promise<void> {
  await query(server, statement);
}

function nameDatabase(server: string, name: string): string {
  const url = new URL(server);
  url.pathname = `/${name}`;
  return url.href;
}
