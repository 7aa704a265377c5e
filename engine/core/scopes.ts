/** Scopes of public tokens: `action:type` for all of a type, `action:type:id` for one. Ids may contain colons. */

export type Need = { action: "read" | "write" | "admin"; type: string; ids: readonly string[] };

/** `ids` are the forms one thing goes by (a session's own id and its external id): a scope may name either. */
export function isGranted(scopes: readonly string[], need: Need): boolean {
  return scopes.some((scope) => {
    const [action, type, ...rest] = scope.split(":");
    if (action !== need.action && action !== "admin") return false;
    if (type !== need.type) return false;
    return rest.length === 0 || need.ids.includes(rest.join(":"));
  });
}
