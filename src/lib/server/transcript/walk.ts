/** A message's place in the tree. */
export interface Place {
  id: string;
  parentId: string | null;
}

/** The ids from the root to `id`, hidden ones included. A cycle, which no writer makes, ends the walk. */
export function walk(rows: ReadonlyMap<string, Place>, id: string | null): string[] {
  const path: string[] = [];
  const seen = new Set<string>();
  for (let at = id; at !== null && !seen.has(at); at = rows.get(at)?.parentId ?? null) {
    if (!rows.has(at)) break;
    seen.add(at);
    path.push(at);
  }
  return path.reverse();
}
