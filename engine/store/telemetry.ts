export type Signal = "traces" | "logs" | "metrics";

/** OTLP exports, as they came in. */
export interface Telemetry {
  /** `body` is the export's JSON; a NUL character in it is left out. */
  keep(signal: Signal, body: unknown): Promise<void>;

  deleteBefore(limit: Date): Promise<void>;
}
