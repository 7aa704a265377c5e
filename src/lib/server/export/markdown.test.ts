import { expect, it } from "vitest";
import type { SkeinMessage } from "../../tools/message.ts";
import { toMarkdown } from "./markdown.ts";

const message = (role: SkeinMessage["role"], parts: object[], metadata = {}) =>
  ({ id: crypto.randomUUID(), role, parts, metadata }) as SkeinMessage;
const text = (text: string) => ({ type: "text", text });

it("has a heading for each message, and its text as it was written", () => {
  const code = "```ts\nconst a = 1 < 2;\n```";
  expect(toMarkdown("Lisbon", [message("user", [text("How *far*?")]), message("assistant", [text(code)])])).toBe(
    `# Lisbon\n\n## You\n\nHow *far*?\n\n## Assistant\n\n${code}\n`,
  );
});

it("has what a model named and made: sources once each, files, progress, and what nobody knows by its name", () => {
  const url = "https://example.org/a?b=<c>";
  const source = { type: "source-url", sourceId: "s", url, title: "A [bracketed] title" };
  const parts = [
    text("One"),
    { type: "step-start" },
    source,
    { ...source, sourceId: "again" },
    { type: "source-url", sourceId: "x", url: "javascript:alert(1)", title: "Click" },
    { type: "source-document", sourceId: "d", mediaType: "text/plain", title: "Notes" },
    { type: "file", mediaType: "image/png", filename: "chart.png", url: "data:image/png;base64,AAAA" },
    { type: "data-progress", data: { label: "Half way", value: 0.5 } },
    { type: "data-odd_one", data: { a: 1 } },
  ];
  expect(toMarkdown("T", [message("assistant", parts)])).toBe(
    [
      "# T",
      "## Assistant",
      "One",
      "*File: chart.png*",
      "*Half way*",
      String.raw`*Unknown part: data-odd\_one*`,
      String.raw`Sources:

1. [A \[bracketed\] title](<https://example.org/a?b=%3Cc%3E>)
2. Click
3. Notes`,
    ].join("\n\n") + "\n",
  );
});

it("tells of files, tools and endings in a line each, and keeps reasoning to itself", () => {
  const file = {
    ...{ type: "file", mediaType: "text/plain", filename: "a*b_<c>.txt" },
    url: "skein-file:00000000-0000-4000-8000-000000000000",
  };
  const tool = { type: "tool-searchChats", toolCallId: "1", state: "output-available", input: {}, output: {} };
  const answer = message("assistant", [{ type: "reasoning", text: "hm" }, text("One"), tool, text("Two")], {
    stopped: true,
  });
  const failed = message("assistant", [text(" ")], { error: "The model is overloaded." });
  expect(toMarkdown("T", [message("user", [file]), answer, failed])).toBe(
    [
      "# T",
      "## You",
      String.raw`*Attached: a\*b\_\<c\>.txt*`,
      "## Assistant",
      "One",
      "*Used the tool searchChats*",
      "Two",
      "*Stopped.*",
      "## Assistant",
      "*The model is overloaded.*",
    ].join("\n\n") + "\n",
  );
});
