import type { Kysely } from "kysely";
import type { Logger } from "pino";
import type { Config } from "./config.ts";
import { createDb, type Database } from "./db/index.ts";
import { createLog } from "./log.ts";
import { createModelRegistry, type ModelRegistry } from "./models/index.ts";
import { createRealtime, type Realtime } from "./realtime.ts";

/** What the web server's modules work with; put together once, in app.ts. */
export interface Services {
  db: Kysely<Database>;
  config: Config;
  models: ModelRegistry;
  realtime: Realtime;
  log: Logger;
}

export function createServices(config: Config): Services {
  return {
    db: createDb(config.databaseUrl),
    config,
    models: createModelRegistry(config),
    realtime: createRealtime(config.trigger),
    log: createLog(),
  };
}
