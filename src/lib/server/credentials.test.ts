import { expect, it } from "vitest";
import { readCredentials } from "./credentials.ts";

function read(purpose: "signIn" | "signUp", fields: Record<string, string | Blob>) {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.set(name, value);
  return readCredentials(form, purpose);
}
const email = "ada@example.org";

it("takes an email as people type it, and a password as it is", () => {
  expect(read("signUp", { email: " Ada@Example.org ", password: "  spaces count " })).toEqual({
    ok: true,
    credentials: { email, password: "  spaces count " },
  });
});

it.each<[string, Record<string, string | Blob>, object]>([
  ["nothing", {}, { email: "Write your email address.", password: "Write your password." }],
  ["no email", { email: "ada", password: "long enough" }, { email: "This does not look like an email address." }],
  ["NUL", { email: "a\0@example.org", password: "long enough" }, { email: expect.stringContaining("not look like") }],
  [
    "a book",
    { email: `${"a".repeat(300)}@b.org`, password: "long enough" },
    { email: expect.stringContaining("long") },
  ],
  ["too short", { email, password: "1234567" }, { password: "Choose a password of at least 8 characters." }],
  ["too long", { email, password: "x".repeat(129) }, { password: "Choose a password of at most 128 characters." }],
  ["a file", { email: new Blob(["x"]), password: "long enough" }, { email: expect.stringContaining("not look like") }],
])("says for each field what is wrong with it: %s", (_what, fields, problems) => {
  expect(read("signUp", fields)).toEqual({ ok: false, problems });
});

it("asks no rules of a password that somebody has already", () => {
  expect(read("signIn", { email, password: "1" })).toMatchObject({ ok: true });
});
