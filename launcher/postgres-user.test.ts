import { describe, expect, it } from "vitest";
import { canReach } from "./postgres-user.ts";

const user = { uid: 26, gid: 26 };
const tree = (special: Record<string, { uid?: number; gid?: number; mode: number }>) => (path: string) => ({
  uid: 0,
  gid: 0,
  ...(special[path] ?? { mode: 0o755 }),
});

describe("canReach", () => {
  it("passes through directories that are open to all", () => {
    expect(canReach("/srv/skein/.skein", user, tree({}))).toBe(true);
  });

  it("stops at a home that only its owner may enter", () => {
    expect(canReach("/home/owner/skein/.skein", user, tree({ "/home/owner": { mode: 0o700 } }))).toBe(false);
  });

  it("passes through its own and its group's directories", () => {
    const own = tree({ "/a": { uid: 26, mode: 0o700 }, "/a/b": { gid: 26, mode: 0o710 } });
    expect(canReach("/a/b/c", user, own)).toBe(true);
  });

  it("does not care whether the last part exists or is closed", () => {
    expect(canReach("/srv/skein", user, tree({ "/srv/skein": { mode: 0o700 } }))).toBe(true);
  });
});
