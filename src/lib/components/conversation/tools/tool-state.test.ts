import { describe, expect, it } from "vitest";
import type { ToolPart } from "$lib/tools/message-parts.ts";
import { isOpenOfItself, stateOf } from "./tool-state.ts";

const part = (state: string, more: object = {}) =>
  ({ type: "tool-searchChats", toolCallId: "c", state, ...more }) as ToolPart;
const approval = (approved: boolean) => ({ approval: { id: "a", approved } });

/** The part, what it is while its answer is written, and once nobody writes it any more. */
const CASES: [string, ToolPart, string, string][] = [
  ["its input comes", part("input-streaming"), "Preparing", "Stopped"],
  ["it runs", part("input-available"), "Running", "Stopped"],
  ["it waits for approval", part("approval-requested"), "Needs approval", "Needs approval"],
  ["it was approved", part("approval-responded", approval(true)), "Running", "Stopped"],
  ["it was denied", part("approval-responded", approval(false)), "Denied", "Denied"],
  ["the model knows that", part("output-denied", approval(false)), "Denied", "Denied"],
  ["it says something already", part("output-available", { preliminary: true }), "Running", "Stopped"],
  ["it is done", part("output-available"), "Done", "Done"],
  ["it failed", part("output-error", { errorText: "x" }), "Failed", "Failed"],
  ["it asks the person", part("input-available", { type: "tool-askUser" }), "Needs an answer", "Needs an answer"],
];

it.each(CASES)("%s", (_what, of, running, over) => {
  expect(stateOf(of, false)).toBe(running);
  expect(stateOf(of, true)).toBe(over);
});

describe("a card that nobody has touched", () => {
  it("is open when a person has to do something or something comes in, and no longer", () => {
    const open = CASES.filter(([, of]) => isOpenOfItself(of, stateOf(of, false))).map(([what]) => what);
    expect(open).toEqual(["it waits for approval", "it says something already", "it asks the person"]);
    expect(CASES.filter(([, of]) => isOpenOfItself(of, stateOf(of, true))).map(([what]) => what)).toEqual([
      "it waits for approval",
      "it asks the person",
    ]);
  });
});
