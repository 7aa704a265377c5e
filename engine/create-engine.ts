import type { EngineConfig } from "./config.ts";
import type { Engine } from "./engine.ts";
import { Spares } from "./flow/spares.ts";
import { createLog } from "./log.ts";
import { Signals } from "./signals.ts";
import { createPostgresStore } from "./store/postgres/index.ts";

/** An engine that knows its database and listens nowhere yet. `closing` ends what waits for news. */
export function createEngine(config: EngineConfig, closing: AbortSignal, now = () => new Date()): Engine {
  const log = createLog(config.ENGINE_LOG_LEVEL);
  const store = createPostgresStore(config.DATABASE_URL, log);
  return { config, store, log, signals: new Signals(), spares: new Spares(), now, closing };
}
