/** Numbers, booleans and texts by name, as OpenTelemetry has them; lists and maps within are plain JSON. */
export type Attributes = Record<string, unknown>;

/** One span of a run. A partial one has begun and not ended, as far as we were told. */
export type Span = {
  runId: string;
  spanId: string;
  traceId: string;
  parentId: string | null;
  name: string;
  startedAt: Date;
  /** In nanoseconds; 0 while it is partial. */
  duration: number;
  isPartial: boolean;
  isError: boolean;
  attributes: Attributes;
  events: { name: string; time: Date; attributes: Attributes }[];
};

/** One line that a run logged. */
export type LogLine = {
  runId: string;
  /** The span it was written in. */
  spanId: string | null;
  at: Date;
  level: "DEBUG" | "INFO" | "WARN" | "ERROR";
  body: string;
  attributes: Attributes;
};
