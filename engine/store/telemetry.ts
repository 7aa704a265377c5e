import type { LogLine, Span } from "../telemetry/items.ts";

export type { LogLine, Span };

/** What runs tell of themselves, by run; goes with the run. */
export interface Telemetry {
  /**
   * Keeps spans and lines of runs that exist; others are left out. A span that comes again replaces what was kept of it,
   * but nothing replaces its end by its beginning.
   */
  keep(items: { spans: Span[]; lines: LogLine[] }): Promise<void>;

  /** In the order in which they began, at most `limit`. */
  spansOf(runId: string, limit: number): Promise<Span[]>;

  linesOf(runId: string, limit: number): Promise<LogLine[]>;

  /** Forgets what came before `limit`: at most `rows` of each kind. Returns how many of the kind that had more. */
  removeBefore(limit: Date, rows: number): Promise<number>;
}
