import { expect, it } from "vitest";
import { FakeChat, read, user } from "./testing/fake-chat.ts";

it("renders on the server without a request", async () => {
  const chat = await FakeChat.afterOneTurn();
  chat.saveQuestion(user("u2"));
  const page = chat.create();
  expect(read(page)).toEqual(["u1:u1", "a1:one", "u2:u2"]);
  expect(page.status).toBe("submitted");
  expect(page.activity).toBe("generating");
  expect(chat.engine.reads).toEqual([]);
  await chat.close();
});
