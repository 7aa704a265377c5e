import { expect, it } from "vitest";
import { clientDataSchema } from "./client-data.ts";

it("takes what does not fit for nothing said", () => {
  expect(clientDataSchema.parse({ model: "openai:gpt", userId: "mallory" })).toEqual({ model: "openai:gpt" });
  for (const junk of [undefined, null, "x", 1, [], { model: 5 }, { model: "x".repeat(201) }]) {
    expect(clientDataSchema.parse(junk)).toEqual({});
  }
});
