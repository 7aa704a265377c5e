import type { UIMessage } from "ai";
import { describe, expect, it } from "vitest";
import { announcementOf, questionIn, requestsIn, summaryOf, titleOf } from "./requests.ts";

const message = (...parts: object[]) => ({ parts: parts as UIMessage["parts"] });
const approval = (more: object = {}) => ({
  ...{ type: "tool-tidyInbox", toolCallId: "c1", state: "approval-requested", input: {}, approval: { id: "p1" } },
  ...more,
});
const question = (input: unknown, more: object = {}) => ({
  ...{ type: "tool-askUser", toolCallId: "c2", state: "input-available", input },
  ...more,
});

describe("what a message asks", () => {
  it("is its open approvals and questions, in their order", () => {
    const asked = requestsIn(
      message(approval(), { type: "text", text: "x" }, question({ question: "Why?", options: ["A", "B"] })),
    );
    expect(asked).toEqual([
      { toolCallId: "c1", kind: "approval", title: "Tidy inbox" },
      { toolCallId: "c2", kind: "question", title: "Why?", options: ["A", "B"] },
    ]);
    expect(asked.map(summaryOf)).toEqual(["Approve: Tidy inbox", "Why?"]);
  });

  it("says what would be done, by the names that the chats have", () => {
    const input = { changes: [{ action: "rename", chatId: "a", title: "After", name: "Harmless" }] };
    const [asked] = requestsIn(message(approval({ input })), (chatId) => (chatId === "a" ? "Before" : undefined));
    const line = "Rename “\u2068Before\u2069” to “\u2068After\u2069”";
    expect(asked).toEqual({ toolCallId: "c1", kind: "approval", title: "Tidy inbox", detail: line });
    expect(asked && [summaryOf(asked), announcementOf(asked)]).toEqual([`Approve: ${line}`, `Needs approval: ${line}`]);
    expect(requestsIn(message(approval({ input })))[0]?.detail).toMatch(/^Rename a chat that is not in the list/);
    expect(requestsIn(message(approval({ input, type: "tool-other" })))[0]).not.toHaveProperty("detail");
  });

  it("is nothing that is answered, that asks nobody, or that another tool waits for", () => {
    const nothing = message(
      approval({ state: "approval-responded", approval: { id: "p1", approved: true } }),
      approval({ approval: { id: "p1", isAutomatic: true } }),
      question({ question: "Why?" }, { state: "output-available", output: { answer: "So" } }),
      question({}, { type: "tool-searchChats" }),
    );
    expect(requestsIn(nothing)).toEqual([]);
  });

  it("has no options where there is no room for them", () => {
    for (const options of [
      ["A", "B", "C", "D"],
      ["a long answer that", "does not fit"],
    ])
      expect(requestsIn(message(question({ question: "Why?", options })))[0]).not.toHaveProperty("options");
  });

  it("is harmless whatever a model wrote", () => {
    for (const input of [undefined, null, 5, "x", { question: 5, options: 5 }, { options: [1, "A"] }])
      expect(requestsIn(message(question(input)))).toHaveLength(1);
    const [{ title } = { title: "" }] = requestsIn(message(question({ question: `a\u202eb\n${"x".repeat(500)}` })));
    expect(title.length).toBeLessThan(170);
    expect(title).not.toMatch(/[\u202e\n]/);
    expect(questionIn({ options: [], allowsOther: false }).allowsOther).toBe(true);
  });
});

it("a tool is called what its name says, unless it has a title", () => {
  expect(["tidyInbox", "tidy_inbox"].map((tool) => titleOf(tool))).toEqual(["Tidy inbox", "Tidy inbox"]);
  expect(titleOf("x", "Tidy")).toBe("Tidy");
});
