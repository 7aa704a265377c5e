/**
 * Whether two plain values say the same. The order of keys does not matter (Postgres sorts those of jsonb), and an
 * undefined property is no property (JSON drops it).
 */
export function sameContent(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const left = defined(a);
  const right = defined(b);
  return (
    left.size === right.size && [...left].every(([key, value]) => right.has(key) && sameContent(value, right.get(key)))
  );
}

function defined(value: object): Map<string, unknown> {
  return new Map(Object.entries(value).filter(([, inner]) => inner !== undefined));
}
