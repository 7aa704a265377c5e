import { expect, it } from "vitest";
import { compose, ensureRandomUUID } from "./compose.ts";

it("makes a message with its own id that says what the person saw last", () => {
  const message = compose("hello", "a1");
  expect(message).toMatchObject({ role: "user", parts: [{ type: "text", text: "hello" }], metadata: { after: "a1" } });
  expect(message.id).not.toBe(compose("hello", "a1").id);
});

it("makes ids where the browser offers no randomUUID", () => {
  const insecure = { getRandomValues: crypto.getRandomValues.bind(crypto) } as unknown as Crypto;
  ensureRandomUUID(insecure);
  expect(insecure.randomUUID()).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});
