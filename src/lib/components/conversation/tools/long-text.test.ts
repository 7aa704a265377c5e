import { expect, it } from "vitest";
import { asText, beginningOf, fence, piecesOf, SHOWN_AT_FIRST } from "./long-text.ts";

it("shows a text as it is, and anything else as JSON", () => {
  expect(asText("a\n<b>")).toEqual({ text: "a\n<b>", isJson: false });
  expect(asText({ a: [1] })).toEqual({ text: '{\n  "a": [\n    1\n  ]\n}', isJson: true });
  expect([null, 5, true].map((value) => asText(value).text)).toEqual(["null", "5", "true"]);
});

it("does not indent what is so deep that this would be most of it", () => {
  const deep = JSON.parse("[".repeat(3000) + "]".repeat(3000)) as unknown;
  expect(asText(deep).text).toHaveLength(6000);
  const brackets = { text: "[".repeat(3000) };
  expect(asText(brackets).text).toContain("\n");
});

it("has a sentence for what is no JSON at all", () => {
  const round: Record<string, unknown> = {};
  round.self = round;
  expect(asText(round)).toEqual({ text: "This cannot be shown.", isJson: false });
});

it("begins with so much, and never with half of a character", () => {
  expect(beginningOf("x".repeat(SHOWN_AT_FIRST))).toHaveLength(SHOWN_AT_FIRST);
  expect(beginningOf("x".repeat(SHOWN_AT_FIRST + 1))).toHaveLength(SHOWN_AT_FIRST);
  expect(beginningOf("ab😀", 3)).toBe("ab");
  expect(beginningOf("a😀b", 3)).toBe("a😀");
});

it("is the whole text in its pieces, none of them long, split where a line ends if one does", () => {
  const lines = "a line of words\n".repeat(60_000);
  for (const text of [lines, "x".repeat(1e6), `${"x".repeat(19_999)}😀${"y".repeat(30_000)}`, "short", ""]) {
    const pieces = piecesOf(text);
    expect(pieces.join("")).toBe(text);
    expect(Math.max(0, ...pieces.map((piece) => piece.length))).toBeLessThanOrEqual(20_000);
    expect(pieces.every((piece) => piece.isWellFormed())).toBe(true);
  }
  expect(
    piecesOf(lines)
      .slice(0, -1)
      .every((piece) => piece.endsWith("\n")),
  ).toBe(true);
});

it("is in a fence that nothing in it closes", () => {
  expect(fence("a", "json")).toBe("```json\na\n```");
  expect(fence("a\n````\n<script>", "json")).toBe("`````json\na\n````\n<script>\n`````");
});
