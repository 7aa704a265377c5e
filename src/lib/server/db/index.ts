import { Kysely, PostgresDialect } from "kysely";
import pg from "pg";
import type { Database } from "./database.ts";

export type { Database } from "./database.ts";

/** A pool of its own for each caller; `db.destroy()` closes it. Nothing connects before the first query. */
export function createDb(url: string, options: { max?: number } = {}): Kysely<Database> {
  const pool = new pg.Pool({
    connectionString: url,
    max: options.max ?? 10,
    connectionTimeoutMillis: 10_000,
    keepAlive: true,
    types: { getTypeParser },
  });
  // A connection that breaks while idle (Postgres restarted) is replaced by the pool; unheard, the event ends the process.
  pool.on("error", () => {});
  return new Kysely<Database>({ dialect: new PostgresDialect({ pool }) });
}

// pg hands out bigint as text. Ours are sequence numbers and counts, which never leave the safe range.
const getTypeParser = ((oid: number, format?: "text" | "binary") =>
  oid === pg.types.builtins.INT8 && format !== "binary"
    ? parseBigint
    : pg.types.getTypeParser(oid, format)) as typeof pg.types.getTypeParser;

export function parseBigint(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`bigint ${text} is too large for a number`);
  return value;
}
