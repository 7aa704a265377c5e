import { expect, it } from "vitest";
import { requestsIn } from "../../tools/requests.ts";
import { answerTo } from "./demo-answers.ts";

const ask = (text: string, answer?: string) =>
  answerTo([{ role: "user", text }], answer === undefined ? undefined : { tool: "askUser", output: { answer } });

it("the demo model asks on request, and it can be answered from the list of chats", () => {
  const { call } = ask("Ask me a question");
  expect(call?.tool).toBe("askUser");
  const part = { type: "tool-askUser", toolCallId: "c", state: "input-available", input: call?.input } as const;
  expect(requestsIn({ parts: [part] })[0]?.options).toEqual(["Table", "Code", "Text"]);
  expect(ask("What did I ask first?").call).toBeUndefined();
});

it("what was answered is said, and shown if it was an option", () => {
  expect(ask("ask me", "Table")).toEqual({ text: expect.stringMatching(/You answered “Table”.*\| --- \|/s) });
  expect(ask("ask me", "Something else").text).toContain("You answered “Something else”");
  expect(ask("ask me", "toString").text).toContain("You answered “toString”");
});
