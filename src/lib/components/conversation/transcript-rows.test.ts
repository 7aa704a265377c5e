import { describe, expect, it } from "vitest";
import type { SkeinMessage } from "$lib/tools/message.ts";
import { guessedHeight, TranscriptRows } from "./transcript-rows.ts";

const message = (id: string, metadata?: SkeinMessage["metadata"]): SkeinMessage => ({
  ...{ id, role: "user", metadata },
  parts: [{ type: "text", text: id }],
});
const none = new Set<string>();

describe("the rows of a transcript", () => {
  it("are the same objects as long as they say the same", () => {
    const rows = new TranscriptRows();
    const [a, b, c] = [message("a"), message("b"), message("c")];
    const [one, two] = rows.of([a, b], none).flat();
    const [again, changed, added] = rows.of([a, b, c], none).flat();
    expect(again).toBe(one);
    expect(changed).not.toBe(two);
    expect([one, two, changed, added].map((row) => row?.isLast)).toEqual([false, true, false, true]);
    const grown = rows.of([a, b, { ...c }], none).flat();
    expect(grown[1]).toBe(changed);
    expect(grown[2]).not.toBe(added);
  });

  it("leave out what is shown elsewhere, and keep their places", () => {
    const rows = new TranscriptRows().of([message("a"), message("b"), message("c")], new Set(["b"])).flat();
    expect(rows.map(({ message, place }) => [message.id, place])).toEqual([
      ["a", 0],
      ["c", 2],
    ]);
  });

  it("come in blocks, each of which is the same object as long as its rows are", () => {
    const rows = new TranscriptRows();
    const path = Array.from({ length: 40 }, (_, n) => message(String(n)));
    const before = rows.of(path, new Set(Array.from({ length: 16 }, (_, n) => String(16 + n))));
    expect(before.map((block) => block.map(({ place }) => place))).toEqual([
      Array.from({ length: 16 }, (_, n) => n),
      Array.from({ length: 8 }, (_, n) => 32 + n),
    ]);
    const all = rows.of(path, none);
    expect(all.map((block) => block.length)).toEqual([16, 16, 8]);
    expect(all[0]).toBe(before[0]);
    const after = rows.of([...path.slice(0, -1), { ...message("39") }], none);
    expect(after.map((block, at) => block === all[at])).toEqual([true, true, false]);
  });

  it("have the summary at the last message that brought one", () => {
    const compaction = { summary: "s", messages: 2 };
    const rows = new TranscriptRows()
      .of([message("a", { compaction }), message("b", { compaction }), message("c")], none)
      .flat();
    expect(rows.map((row) => row.compaction !== undefined)).toEqual([false, true, false]);
  });
});

it("a message is guessed to be as high as its lines, the long ones broken", () => {
  expect(guessedHeight("a")).toBeCloseTo(3.2);
  expect(guessedHeight("a\nb\nc")).toBeCloseTo(6.4);
  expect(guessedHeight("x".repeat(750))).toBeCloseTo(17.6);
});
