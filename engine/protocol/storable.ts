import { ProtocolError } from "../errors.ts";

/** Deeper than anybody nests by hand, and far from the depth at which a recursive reader runs out of stack. */
const MAX_DEPTH = 200;

/**
 * The same JSON value without what Postgres cannot hold in a text or jsonb: NUL goes, half a surrogate pair (an emoji
 * cut in the middle) becomes U+FFFD. Repaired, not refused: a run's error message may well contain them, and its end
 * has to be recorded. Throws 400 for a value nested too deeply.
 */
export function storable(value: unknown, depth = 0): unknown {
  if (typeof value === "string") return storableText(value);
  if (typeof value !== "object" || value === null) return value;
  if (depth === MAX_DEPTH) throw new ProtocolError(400, `The body is nested more than ${MAX_DEPTH} levels deep`);
  if (Array.isArray(value)) return value.map((item) => storable(item, depth + 1));
  // `fromEntries` defines its keys: one named `__proto__` stays a key.
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [storableText(key), storable(item, depth + 1)] as const),
  );
}

export const storableText = (text: string) => text.replaceAll("\0", "").toWellFormed();
