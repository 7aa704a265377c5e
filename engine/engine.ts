import type { EngineConfig } from "./config.ts";
import type { Log } from "./log.ts";
import type { Signals } from "./signals.ts";
import type { Spares } from "./flow/spares.ts";
import type { Store } from "./store/store.ts";

/** What every part of the engine is given. `now` is injected, so that tests own the clock. */
export type Engine = {
  config: EngineConfig;
  store: Store;
  signals: Signals;
  spares: Spares;
  log: Log;
  now: () => Date;
  /** Aborts when the engine is about to end: whoever holds a request open lets go of it. */
  closing: AbortSignal;
};
