import { readdir } from "node:fs/promises";
import { parse } from "node:path";
import { sql, type Kysely } from "kysely";
import { Migrator, type Migration, type MigrationProvider } from "kysely/migration";
import { createDb } from "./index.ts";

const folder = new URL("../../../../migrations/", import.meta.url);

/** The files of `migrations/` as they are: Node strips their types when it imports them. */
const files: MigrationProvider = {
  async getMigrations() {
    const names = (await readdir(folder)).filter((name) => name.endsWith(".ts")).sort();
    const load = async (name: string) => [parse(name).name, await import(new URL(name, folder).href)] as const;
    return Object.fromEntries(await Promise.all(names.map(load))) as Record<string, Migration>;
  },
};

/** Runs what has not run yet and returns the names; safe to call from several processes at once. Throws what failed. */
export async function migrateToLatest<T>(db: Kysely<T>): Promise<string[]> {
  const { error, results = [] } = await new Migrator({ db, provider: files }).migrateToLatest();
  if (error) throw error;
  return results.map((result) => result.migrationName);
}

/** One sentence that says what is wrong with a database, for a person who set `DATABASE_URL`. Undefined: it answers. */
export async function databaseProblem(url: string): Promise<string | undefined> {
  const db = createDb(url, { max: 1, patienceMs: 0 });
  try {
    const { rows } = await sql<{
      version: number;
    }>`select current_setting('server_version_num')::int as version`.execute(db);
    const version = Math.floor((rows[0]?.version ?? 0) / 10_000);
    return version < 15 ? `DATABASE_URL names a Postgres ${version}, and Skein needs 15 or newer.` : undefined;
  } catch (error) {
    return `DATABASE_URL names a database that does not answer: ${reason(error)}.`;
  } finally {
    await db.destroy();
  }
}

function reason(error: unknown): string {
  // Node reports several addresses of one host as an AggregateError without a message.
  const first = error instanceof AggregateError ? (error.errors[0] as unknown) : error;
  const message = first instanceof Error ? first.message : String(first);
  return message.replace(/\s+/g, " ").replace(/\.$/, "");
}

if (import.meta.main) {
  const url = process.env.DATABASE_URL;
  if (!url) {
    console.error("DATABASE_URL must be set: it names the database to migrate.");
    process.exit(1);
  }
  const problem = await databaseProblem(url);
  if (problem) {
    console.error(problem);
    process.exit(1);
  }
  const db = createDb(url, { max: 1, patienceMs: 0 });
  const names = await migrateToLatest(db);
  console.log(names.length === 0 ? "The database is up to date." : names.map((name) => `Migrated ${name}.`).join("\n"));
  await db.destroy();
}
