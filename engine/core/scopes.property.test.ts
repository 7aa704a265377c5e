import fc from "fast-check";
import { expect, it } from "vitest";
import { isGranted } from "./scopes.ts";

const action = fc.constantFrom("read" as const, "write" as const);
const type = fc.constantFrom("sessions", "runs");
const id = fc.string({ minLength: 1 });

it("a scope for one thing grants that thing and no other, whatever is in its id", () => {
  fc.assert(
    fc.property(action, type, id, id, (act, kind, granted, wanted) => {
      const scopes = [`${act}:${kind}:${granted}`];
      expect(isGranted(scopes, { action: act, type: kind, ids: [wanted] })).toBe(granted === wanted);
      expect(isGranted(scopes, { action: act, type: kind, ids: ["x", granted] })).toBe(true);
      expect(isGranted(scopes, { action: act, type: `${kind}x`, ids: [granted] })).toBe(false);
    }),
  );
});

it("more scopes never grant less, and admin grants what every action does", () => {
  const scope = fc
    .tuple(fc.constantFrom("read", "write", "admin"), type, fc.constantFrom("", ":a", ":b"))
    .map((s) => `${s[0]}:${s[1]}${s[2]}`);
  fc.assert(
    fc.property(fc.array(scope), fc.array(scope), action, type, (some, more, act, kind) => {
      const need = { action: act, type: kind, ids: ["a"] };
      if (isGranted(some, need)) expect(isGranted([...some, ...more], need)).toBe(true);
      const asAdmin = some.map((one) => one.replace(/^\w+/, "admin"));
      if (isGranted(some, need)) expect(isGranted(asAdmin, need)).toBe(true);
    }),
  );
});

it("text that is no scope grants nothing", () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      fc.pre(!/^(read|admin):sessions/.test(text));
      expect(isGranted([text], { action: "read", type: "sessions", ids: ["a"] })).toBe(false);
    }),
  );
});
