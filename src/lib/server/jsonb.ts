/**
 * JSON that a jsonb column accepts: Postgres stores neither NUL characters nor half of a surrogate pair, and one in an
 * answer would fail the save of the whole turn.
 */
export function jsonb(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) => (typeof part === "string" ? storable(part) : part));
}

/** The same for a text column. */
export function storable(text: string): string {
  return text.replaceAll("\0", "").replace(/\p{Surrogate}/gu, "\ufffd");
}

/** Whether Postgres can look for a text that came from outside at all. */
export function isStorable(text: string): boolean {
  return storable(text) === text;
}
