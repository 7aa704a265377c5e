import { durationMs } from "../core/waitpoint.ts";
import { ProtocolError } from "../errors.ts";

interface CreatedAtQuery {
  "filter[createdAt][period]"?: string;
  /** Milliseconds since 1970, as are all times here. */
  "filter[createdAt][from]"?: number;
  "filter[createdAt][to]"?: number;
}

/** What lists are asked for by time of creation; a beginning says more than a period. */
export function createdAt(query: CreatedAtQuery, now: Date): { createdFrom?: Date; createdTo?: Date } {
  const period = query["filter[createdAt][period]"];
  const sinceMs = period === undefined ? undefined : durationMs(period, now);
  if (period !== undefined && sinceMs === undefined) throw new ProtocolError(400, "Invalid period");
  const from = query["filter[createdAt][from]"] ?? (sinceMs === undefined ? undefined : now.getTime() - sinceMs);
  const to = query["filter[createdAt][to]"];
  return {
    createdFrom: from === undefined ? undefined : new Date(from),
    createdTo: to === undefined ? undefined : new Date(to),
  };
}
