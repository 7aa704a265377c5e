import { setTimeout as sleep } from "node:timers/promises";
import { Kysely, PostgresDialect } from "kysely";
import pg from "pg";
import type { Log } from "../../log.ts";
import type { EngineDatabase, Db } from "./database.ts";

const INT8 = 20;
/** A database that restarts is back within a second or two; a run whose appends fail for good never recovers. */
const PATIENCE_MS = 8_000;
const RETRY_MS = 50;

/** Opens the engine's pool. Sequence numbers and identities stay far below 2^53, so they are read as numbers. */
export function connect(databaseUrl: string, log: Log): Db {
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    max: 16,
    types: {
      getTypeParser: (oid: number, format?: "text" | "binary") =>
        oid === INT8 ? Number : pg.types.getTypeParser(oid, format as "text"),
    } as pg.CustomTypesConfig,
  });
  // An idle connection that breaks (the database restarts) is replaced on its next use; unheard, it ends the process.
  pool.on("error", (error) => log.warn({ err: error }, "idle database connection lost"));
  // While somebody holds one the pool does not listen; whoever asks it something next is told.
  pool.on("connect", (client) => client.on("error", () => {}));
  const patient = { connect: () => connectPatiently(pool), end: () => pool.end(), options: pool.options };
  return new Kysely<EngineDatabase>({ dialect: new PostgresDialect({ pool: patient }) });
}

/** Waits for a database that is just restarting instead of failing every request of that second. */
async function connectPatiently(pool: pg.Pool): Promise<pg.PoolClient> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    try {
      return await pool.connect();
    } catch (error) {
      if (!isAway(error) || Date.now() > deadline) throw error;
      await sleep(RETRY_MS);
    }
  }
}

/** Connection refused, reset or ended, or the server says that it is starting up or shutting down (class 57). */
export function isAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = "code" in error ? String(error.code) : "";
  if (["ECONNREFUSED", "ECONNRESET", "EPIPE", "57P01", "57P02", "57P03"].includes(code)) return true;
  return /Connection terminated|Client has encountered a connection error/.test(error.message);
}
