import { describe, expect, it } from "vitest";
import { answerTo } from "../../server/models/demo-answers.ts";
import { DEMONSTRATIONS, examplesFor, FEW, USEFUL } from "./examples.ts";

const prompts = new Map<string, string>(DEMONSTRATIONS.map(({ name, prompt }) => [name, prompt]));
const shown = (name: string) => answerTo([{ role: "user", text: prompts.get(name) ?? "" }]);

describe("what the demo model is offered to be asked", () => {
  it.each([
    ["code", "runCode"],
    ["approve", "searchChats"],
    ["question", "askUser"],
    ["research", "deepResearch"],
    ["steer", "runCode"],
  ])("%s calls %s", (name, tool) => expect(shown(name).call?.tool).toBe(tool));

  it.each([
    ["reasoning", { reasoning: expect.any(String) as string }],
    ["reload", { text: expect.stringMatching(/word 300\./) as string }],
    ["markdown", { text: expect.stringMatching(/\| --- \|[^]*```ts[^]*\$\$/) as string }],
    ["branches", { text: expect.stringContaining("Edit message") as string }],
    ["picture", { image: expect.any(Buffer) as Buffer }],
    ["sources", { sources: expect.any(Array) as object[] }],
    ["connect", { text: expect.stringContaining("ANTHROPIC_API_KEY") as string }],
  ])("%s shows what it promises", (name, what) => expect(shown(name)).toMatchObject(what));

  it("leaves nothing out, and what needs chats only where there are none", () => {
    const names = (hasChats: boolean) => examplesFor({ isDemo: true, hasChats }).map(({ name }) => name);
    expect(names(true)).toEqual([...prompts.keys()]);
    expect(names(false)).toEqual([...prompts.keys()].filter((name) => name !== "approve"));
  });
});

it("offers a real model what is useful, and nothing about the demo", () => {
  expect(examplesFor({ isDemo: false, hasChats: true })).toEqual(USEFUL);
  expect(USEFUL).toHaveLength(FEW);
});
