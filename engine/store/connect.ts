import { Kysely, PostgresDialect } from "kysely";
import pg from "pg";
import type { Log } from "../log.ts";
import type { EngineDatabase, Db } from "./database.ts";

const INT8 = 20;

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
  return new Kysely<EngineDatabase>({ dialect: new PostgresDialect({ pool }) });
}
