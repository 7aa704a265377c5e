import { describe, expect, it } from "vitest";
import { searchChats } from "../../tools/search-chats.ts";
import { tidyInbox } from "../../tools/tidy-inbox.ts";
import { answerTo } from "./demo-answers.ts";
import type { DemoResult } from "./demo-tools.ts";

const ask = (text: string, result?: DemoResult) => answerTo([{ role: "user", text }], result);
const found = (...titles: string[]) => ({
  tool: "searchChats",
  output: {
    results: titles.map((title) => ({
      chatId: `id-${titles.indexOf(title)}`,
      title,
      role: "user",
      excerpt: "",
      saidAt: "2026-01-01",
    })),
  },
});
const parses = (schema: unknown, input: unknown) =>
  (schema as { safeParse: (input: unknown) => { success: boolean } }).safeParse(input).success;

describe("a chat that the demo model looks for", () => {
  it.each([
    ["find my chats about Lisbon", "Lisbon"],
    ["Please search all my chats for “tram 28”.", "“tram 28”"],
    ["look for conversations that mention trams?", "trams"],
    ["search for trams in my chats", "trams"],
  ])("is about what was said: %s", (question, query) =>
    expect(ask(question).call).toEqual({ tool: "searchChats", input: { query } }),
  );

  it("needs a subject, and says so", () => {
    expect(ask("find chats")).toEqual({ text: expect.stringContaining("find my chats about Lisbon") });
  });

  it("is named once, and not made up when there is none", () => {
    const asked = "find my chats about Lisbon";
    expect(ask(asked, found("Lisbon", "Lisbon", "Trams")).text).toContain("- “Lisbon”\n- “Trams”\n");
    expect(ask(asked, found()).text).toBe("I found nothing about “Lisbon” in your other chats.");
  });
});

describe("an approval that the demo model asks for", () => {
  it.each(["rename one of my chats", "Tidy my inbox, please", "pin a chat about Lisbon", "show me an approval"])(
    "begins with a search: %s",
    (question) => {
      const { call } = ask(question);
      expect(call?.tool).toBe("searchChats");
      expect(parses(searchChats.inputSchema, call?.input)).toBe(true);
    },
  );

  it.each(["run this code: `chats.pin(chat)`", "what is a safety pin?"])("is not taken for one: %s", (question) =>
    expect(ask(question).text).not.toContain("could change"),
  );

  it("is for one change of a chat that was found", () => {
    const { text, call } = ask("rename one of my chats", found("Trip", "Other"));
    expect(text).toContain("“Trip”");
    expect(call).toEqual({
      tool: "tidyInbox",
      input: { changes: [{ action: "rename", chatId: "id-0", title: "Trip (renamed)" }] },
    });
    expect(ask("pin a chat", found("Trip")).call?.input).toEqual({ changes: [{ action: "pin", chatId: "id-0" }] });
  });

  it("gives a chat its name back, and never one that is too long", () => {
    const titleFor = (title: string) => {
      const input = ask("rename my chats", found(title)).call?.input;
      expect(parses(tidyInbox.inputSchema, input)).toBe(true);
      return (input as { changes: { title: string }[] }).changes[0]?.title;
    };
    expect(titleFor("Trip (renamed)")).toBe("Trip");
    expect(titleFor("x".repeat(200))).toMatch(/^x+… \(renamed\)$/);
  });

  it("is not asked for when nothing was found, which is said", () => {
    const { text, call } = ask("rename my chats", found());
    expect(call).toBeUndefined();
    expect(text).toMatch(/found no other chat of yours.*nothing to change/);
    expect(ask("rename my chat about Lisbon", found()).text).toContain("nothing about “Lisbon”");
  });

  it("ends with what became of it", () => {
    const after = (result: Omit<DemoResult, "tool">) => ask("rename my chats", { tool: "tidyInbox", ...result });
    expect(after({ output: { done: 1, notFound: [] } })).toEqual({ text: expect.stringMatching(/^Done/) });
    expect(after({ output: { done: 0, notFound: ["id"] } }).text).toContain("nothing was changed");
    expect(after({ denied: "I like it" }).text).toContain("You said no: “I like it”");
  });
});
