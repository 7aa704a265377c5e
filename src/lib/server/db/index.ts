import { setTimeout as sleep } from "node:timers/promises";
import { Kysely, PostgresDialect } from "kysely";
import pg from "pg";
import type { Database } from "./database.ts";

export type { Database } from "./database.ts";

export interface DbOptions {
  max?: number;
  /** How many connections stay open however long nobody uses them. */
  kept?: number;
  /** How long the others stay: a new one costs 15 ms before its first answer. */
  idleMs?: number;
  /** How long a query waits for a Postgres that is restarting. */
  patienceMs?: number;
}

/** A pool of its own for each caller; `db.destroy()` closes it. Nothing connects before the first query. */
export function createDb(url: string, options: DbOptions = {}): Kysely<Database> {
  const pool = new pg.Pool({
    connectionString: url,
    max: options.max ?? 10,
    min: options.kept ?? 0,
    idleTimeoutMillis: options.idleMs ?? 10_000,
    connectionTimeoutMillis: 10_000,
    keepAlive: true,
    types: { getTypeParser },
  });
  // A connection that breaks (Postgres restarted) is replaced by the pool; unheard, the event ends the process. While
  // somebody holds it the pool does not listen, and whoever asks it something next is told.
  pool.on("error", () => {});
  pool.on("connect", (client) => client.on("error", () => {}));
  const patient = {
    connect: () => connectPatiently(pool, options.patienceMs ?? PATIENCE_MS),
    end: () => pool.end(),
    options: pool.options,
  };
  return new Kysely<Database>({ dialect: new PostgresDialect({ pool: patient }) });
}

/** A restart takes a second or two. */
const PATIENCE_MS = 5_000;
/** Nobody listens yet, or the server says that it is starting up or shutting down. */
const RESTARTING = new Set(["ECONNREFUSED", "ECONNRESET", "57P01", "57P02", "57P03"]);

/**
 * Waits for a Postgres that is just restarting: the save at the end of a turn comes once, and a page need not fail for a
 * second's outage. (The engine's pool does the same; it shares no code with the app.)
 */
async function connectPatiently(pool: pg.Pool, patienceMs: number): Promise<pg.PoolClient> {
  const deadline = Date.now() + patienceMs;
  for (;;) {
    try {
      return await pool.connect();
    } catch (error) {
      const code = error instanceof Error && "code" in error ? String(error.code) : "";
      if (!RESTARTING.has(code) || Date.now() > deadline) throw error;
      await sleep(50);
    }
  }
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
