import { expect, it } from "vitest";
import { changesIn, chatsIn } from "./tidy-changes.ts";

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
    { verb: "Something unknown:", chat: "a chat" },
  ]);
  expect(chatsIn(input)).toEqual(["a", "b", "c"]);
});

it("an input that is none says nothing", () => {
  for (const input of [undefined, null, 5, {}, { changes: 5 }]) {
    expect(changesIn(input, nameOf)).toEqual([]);
    expect(chatsIn(input)).toEqual([]);
  }
});
