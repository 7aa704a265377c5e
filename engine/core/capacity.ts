const MEGABYTE = 1024 * 1024;
/** What the rest of the app holds beside its runs: CLI and bundler, web server, Postgres, engine, and the system. */
const REST_MB = 1500;
/** A run process under load (docs/engine-wire.md §8). */
const RUN_MB = 200;
/** A chat and its sub-agent. */
const LEAST = 2;
const MOST = 100;

/** How many runs may be live at once in so much memory. Others wait their turn; a machine that swaps helps nobody. */
export function liveRunLimit(memoryBytes: number): number {
  const fitting = Math.floor((memoryBytes / MEGABYTE - REST_MB) / RUN_MB);
  return Math.min(Math.max(fitting, LEAST), MOST);
}

/**
 * How many of the runs that only wait for their next message should leave, so that queued ones can start. A run that
 * works is never asked to.
 */
export function runsToEnd({ limit, live, queued }: { limit: number; live: number; queued: number }): number {
  const free = Math.max(limit - live, 0);
  return Math.max(queued - free, 0);
}
