import { expect, it } from "vitest";
import { assistant, user } from "$lib/chat/testing/fake-chat.ts";
import { copyLastAnswer } from "./conversation-keys.ts";

it("copies the last answer, whatever was asked after it", async () => {
  const copied: string[] = [];
  const messages = [user("u1"), assistant("a1", "u", "one"), user("u2"), assistant("a2", "u", "two"), user("u3")];
  expect(await copyLastAnswer(messages, async (text) => void copied.push(text))).toBe("The last answer is copied.");
  expect(copied).toEqual(["two"]);
});

it("says so when there is none, or the browser refuses", async () => {
  const refuse = () => Promise.reject(new DOMException("no", "NotAllowedError"));
  expect(await copyLastAnswer([user("u1")], refuse)).toBe("There is no answer to copy yet.");
  expect(await copyLastAnswer([assistant("a1", "u", "")], refuse)).toBe("There is no answer to copy yet.");
  expect(await copyLastAnswer([assistant("a1", "u", "one")], refuse)).toBe(
    "The browser does not let the answer be copied.",
  );
});
