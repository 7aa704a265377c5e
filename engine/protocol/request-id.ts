import { randomUUID } from "node:crypto";

/** The id a request came with, if it may stand in a log line; else a new one. */
export function requestIdOf(given: string | undefined): string {
  return given !== undefined && /^[\w.:-]{1,128}$/.test(given) ? given : randomUUID();
}
