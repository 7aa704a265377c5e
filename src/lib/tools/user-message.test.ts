import { expect, it } from "vitest";
import { actionSchema } from "./actions.ts";
import { idSchema, userMessageSchema } from "./user-message.ts";

const said = (id: string) => ({ id, role: "user", parts: [{ type: "text", text: "Hello" }] });

it("refuses an id that no row, no index or no record can have", () => {
  for (const id of ["", "a\0b", "\ud800", "x".repeat(129), "__proto__", "constructor", "toString"]) {
    expect(idSchema.safeParse(id).success).toBe(false);
    expect(userMessageSchema.safeParse(said(id)).success).toBe(false);
    expect(actionSchema.safeParse({ type: "edit", messageId: "q", message: said(id) }).success).toBe(false);
  }
  expect(userMessageSchema.safeParse(said(crypto.randomUUID())).success).toBe(true);
});
