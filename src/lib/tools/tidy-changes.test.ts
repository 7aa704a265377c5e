import { describe, expect, it } from "vitest";
import { changesIn, chatsIn, lineOf } from "./tidy-changes.ts";

const nameOf = (chatId: string) => `<${chatId}>`;

it("every change is said, by the chat's own name, and none is left out", () => {
  const input = {
    changes: [
      { action: "rename", chatId: "a", title: "New" },
      { action: "archive", chatId: "b" },
      { action: "delete", chatId: "c" },
      { action: "toString", chatId: "c" },
      null,
    ],
  };
  expect(changesIn(input, nameOf)).toEqual([
    { verb: "Rename", chat: "<a>", title: "New" },
    { verb: "Archive", chat: "<b>" },
    { verb: "Something unknown:", chat: "<c>" },
    { verb: "Something unknown:", chat: "<c>" },
    { verb: "Something unknown:", chat: undefined },
  ]);
  expect(chatsIn(input)).toEqual(["a", "b", "c"]);
});

it("an input that is none says nothing", () => {
  for (const input of [undefined, null, 5, {}, { changes: 5 }]) {
    expect(changesIn(input, nameOf)).toEqual([]);
    expect(chatsIn(input)).toEqual([]);
  }
});

/** Without the marks around names. */
const seen = (line: string | undefined) => line?.replaceAll(/[\u2068\u2069]/g, "");
const rename = (chat: string | undefined, title: string) => ({ verb: "Rename", chat, title });

describe("what would change, on one line", () => {
  it("is said whole, or how much it is and how it begins", () => {
    expect(seen(lineOf([rename("Before", "After")]))).toBe("Rename “Before” to “After”");
    expect(seen(lineOf([{ verb: "Move back to the inbox:", chat: "A" }, rename("B", "C")]))).toBe(
      "2 changes: move back to the inbox: “A”, rename “B” to “C”",
    );
    expect(seen(lineOf([{ verb: "Pin", chat: undefined }]))).toBe("Pin a chat that is not in the list");
    const many = lineOf(Array.from({ length: 50 }, (_, at) => rename(`Chat ${at}`, "x".repeat(30))));
    expect(many).toMatch(/^50 changes: rename .*, …$/);
    expect(many?.length).toBeLessThan(170);
    expect(lineOf([])).toBeUndefined();
  });

  it("keeps a name to itself, whatever is in it", () => {
    const line = lineOf([rename("\u202eevil\nname", `אבג ${"y".repeat(300)}`)]) ?? "";
    expect(line).toMatch(/^Rename “\u2068evil name\u2069” to “\u2068אבג y+…\u2069”$/);
    expect(line.length).toBeLessThan(120);
  });
});
