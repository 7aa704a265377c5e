import type { Kysely } from "kysely";
import type { Logger } from "pino";
import type { Config } from "./config.ts";
import { createDb, type Database } from "./db/index.ts";
import { createFileStores, type FileStores } from "./files/storage.ts";
import { createLog } from "./log.ts";
import { createModelRegistry, type ModelRegistry } from "./models/index.ts";
import { createRealtime, type Realtime } from "./realtime.ts";

/** What the web server's modules work with; put together once, in app.ts. */
export interface Services {
  db: Kysely<Database>;
  config: Config;
  files: FileStores;
  models: ModelRegistry;
  realtime: Realtime;
  log: Logger;
}

export function createServices(config: Config): Services {
  const db = createDb(config.databaseUrl);
  return {
    db,
    config,
    files: createFileStores(db, config),
    models: createModelRegistry(config),
    realtime: createRealtime(config.trigger),
    log: createLog(),
  };
}
