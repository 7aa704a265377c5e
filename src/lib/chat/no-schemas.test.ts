import { expect, it } from "vitest";
import * as schemas from "./no-schemas.ts";

it("lets any schema be described", () => {
  const { array, discriminatedUnion, object, string } = schemas;
  const described = object({ a: array(string().min?.(1)).optional?.(), b: discriminatedUnion("type", [object({})]) });
  expect(described.extend?.({ c: string() })).toBeDefined();
  schemas.config(schemas.default());
});

it("checks nothing, and says so", () => {
  const { object, safeParse } = schemas;
  expect(() => object({}).parse?.({})).toThrow("Nothing is checked by a schema of the AI SDK in the browser.");
  expect(() => safeParse()).toThrow("Nothing is checked");
});

it("can be the result of a promise", async () => {
  expect(await Promise.resolve(schemas.object({}))).toBeDefined();
});
