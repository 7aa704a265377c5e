import { expect, it } from "vitest";
import { machine } from "./machine.ts";

it("gives the preset asked for, and the standard one for no or an unknown name", () => {
  expect(machine("large-1x")).toEqual({ name: "large-1x", cpu: 4, memory: 8, centsPerMs: 0 });
  for (const name of [null, undefined, "", "mainframe", "toString"]) expect(machine(name).name).toBe("small-2x");
});
