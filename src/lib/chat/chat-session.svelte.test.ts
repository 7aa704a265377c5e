import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { assistant, FakeChat, read, user } from "./testing/fake-chat.ts";

let chat: FakeChat;
beforeEach(async () => {
  chat = await FakeChat.afterOneTurn();
});
afterEach(() => chat.close());

const until = (check: () => void) => vi.waitFor(check, { timeout: 8000, interval: 5 });
const lastInput = () => chat.engine.inputs.at(-1);

it("says that the chat was deleted, shows it again when that is undone, and goes on", async () => {
  const page = chat.open();
  chat.isDeleted = true;
  chat.announce();
  await until(() => expect(page.error?.message).toBe("This chat was deleted."));
  expect(read(page)).toEqual(["u1:u1", "a1:one"]);
  chat.isDeleted = false;
  chat.announce();
  await until(() => expect(page.error).toBeNull());
  await page.send("two");
  const id = lastInput()?.payload?.message?.id ?? "";
  chat.engine.answer("a2", id, "hello", 1);
  await until(() => expect(read(page)).toEqual(["u1:u1", "a1:one", `${id}:two`, "a2:hello"]));
});

it("says that the chat was deleted while it is answered, and shows the answer when that is undone", async () => {
  const page = chat.open();
  await page.send("two");
  const id = lastInput()?.payload?.message?.id ?? "";
  chat.saveQuestion(user(id, "two"));
  chat.engine.begin("a2", id);
  chat.engine.words("w1 ");
  await until(() => expect(read(page).at(-1)).toBe("a2:w1 "));
  chat.isDeleted = true;
  chat.announce();
  await until(() => expect(page.error?.message).toBe("This chat was deleted."));
  expect(page.isRunning).toBe(false);
  chat.isDeleted = false;
  chat.announce();
  await until(() => expect(page.isRunning).toBe(true));
  expect(page.error).toBeNull();
  chat.engine.words("w2");
  chat.engine.finish();
  chat.engine.complete(1);
  await until(() => expect(read(page)).toEqual(["u1:u1", "a1:one", `${id}:two`, "a2:w1 w2"]));
});

describe("sending", () => {
  it("shows the message at once, then its answer word by word, then what was stored", async () => {
    const page = chat.open();
    const sent = page.send("two");
    expect(read(page).at(-1)).toMatch(/:two$/);
    expect(page.isRunning).toBe(true);
    await sent;
    const id = lastInput()?.payload?.message?.id ?? "";
    expect(lastInput()).toMatchObject({
      kind: "message",
      payload: {
        trigger: "submit-message",
        message: { id, metadata: { after: "a1" } },
        metadata: { model: "demo:words" },
      },
    });

    chat.saveQuestion(user(id, "two"));
    chat.announce();
    chat.engine.begin("a2", id);
    chat.engine.words("w1 ", "w2 ");
    await until(() => expect(read(page)).toEqual(["u1:u1", "a1:one", `${id}:two`, "a2:w1 w2 "]));
    expect(page.status).toBe("streaming");
    expect(page.activity).toBe("generating");
    chat.engine.words("w3");
    chat.engine.finish();
    const end = chat.engine.complete(1);
    await until(() => expect(page.isRunning).toBe(false));
    expect(read(page).at(-1)).toBe("a2:w1 w2 w3");

    chat.saveAnswer(assistant("a2", id, "w1 w2 w3"), end, 1);
    chat.announce();
    await until(() => expect(page.messages.at(-1)?.parts.at(-1)).toMatchObject({ state: "done" }));
    expect(page.status).toBe("ready");
    await until(() => expect(chat.engine.readers).toBe(0));
  });

  it("shows the end of an answer, whatever was loaded before it", async () => {
    const page = chat.open();
    const before = chat.data();
    await page.send("two");
    const id = lastInput()?.payload?.message?.id ?? "";
    chat.engine.answer("a2", id, "hello", 1);
    await until(() => expect(page.isRunning).toBe(false));
    // The page's own data comes again with every change of the inbox.
    page.sync(before);
    expect(read(page)).toEqual(["u1:u1", "a1:one", `${id}:two`, "a2:hello"]);
    await page.send("three");
    expect(lastInput()?.payload?.message).toMatchObject({ metadata: { after: "a2" } });
  });

  it("keeps a message that could not be sent, says why, and sends the same one again", async () => {
    const page = chat.open();
    chat.engine.refusals.push({ status: 413 });
    await page.send("two");
    const id = page.messages.at(-1)?.id ?? "";
    expect(page.error).toEqual({ kind: "not-sent", messageId: id, message: "This message is too long." });
    expect(page.status).toBe("error");
    chat.announce();
    await until(() => expect(chat.reloads).toBeGreaterThan(0));
    expect(read(page)).toEqual(["u1:u1", "a1:one", `${id}:two`]);
    expect(page.error?.kind).toBe("not-sent");

    await page.retry();
    expect(page.error).toBeNull();
    expect(lastInput()?.payload?.message?.id).toBe(id);
    const end = chat.engine.answer("a2", id, "hello", 1);
    await until(() => expect(read(page)).toEqual(["u1:u1", "a1:one", `${id}:two`, "a2:hello"]));
    chat.saveQuestion(user(id, "two"));
    chat.saveAnswer(assistant("a2", id, "hello"), end, 1);
    chat.announce();
    await until(() => expect(page.status).toBe("ready"));
  });

  it.each([
    // The transport asks for a new token, or for the session, and tries once more.
    [[403, 403], "This chat is not yours or no longer exists."],
    [[404, 404], "This chat is not yours or no longer exists."],
    [[409], "This chat is closed. Start a new one to go on."],
    [[500], "The server cannot take messages right now."],
  ])("says what %j means", async (statuses, message) => {
    const page = chat.open();
    chat.engine.refusals.push(...statuses.map((status) => ({ status, body: { code: "session_closed" } })));
    await page.send("two");
    expect(page.error?.message).toBe(message);
    expect(read(page).at(-1)).toMatch(/:two$/);
  });

  it("sends one message only when the answer to the request was lost", async () => {
    const page = chat.open();
    chat.engine.loseAnswer = true;
    await page.send("two");
    expect(page.error?.kind).toBe("not-sent");
    const id = page.messages.at(-1)?.id ?? "";
    chat.saveQuestion(user(id, "two"));
    chat.announce();
    chat.engine.answer("a2", id, "hello", 1);
    await until(() => expect(read(page)).toEqual(["u1:u1", "a1:one", `${id}:two`, "a2:hello"]));
    expect(page.error).toBeNull();
  });
});

describe("opening a page", () => {
  it("reads nothing when nothing runs", async () => {
    const page = chat.open();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(chat.engine.reads).toEqual([]);
    expect(page.status).toBe("ready");
  });

  it("brings the whole running answer, from the middle of a turn", async () => {
    chat.saveQuestion(user("u2"));
    chat.engine.begin("a2", "u2");
    chat.engine.words("w1 ", "w2 ");
    const page = chat.open();
    expect(page.isRunning).toBe(true);
    await until(() => expect(read(page).at(-1)).toBe("a2:w1 w2 "));
    chat.engine.words("w3");
    chat.engine.finish();
    const end = chat.engine.complete(1);
    await until(() => expect(page.isRunning).toBe(false));
    expect(read(page)).toEqual(["u1:u1", "a1:one", "u2:u2", "a2:w1 w2 w3"]);
    expect(chat.engine.reads).toEqual([{ lastEventId: chat.lastEventId, peek: false }]);
    chat.saveAnswer(assistant("a2", "u2", "w1 w2 w3"), end, 1);
    chat.announce();
    await until(() => expect(page.status).toBe("ready"));
  });

  it("waits for the first word", async () => {
    chat.saveQuestion(user("u2"));
    const page = chat.open();
    await until(() => expect(chat.engine.readers).toBe(1));
    expect(page.status).toBe("submitted");
    chat.engine.answer("a2", "u2", "late", 1);
    await until(() => expect(read(page).at(-1)).toBe("a2:late"));
  });

  it("keeps trying while the session of a first turn does not exist yet", async () => {
    const first = new FakeChat();
    await first.engine.start();
    first.engine.hasSession = false;
    first.saveQuestion(user("u1"));
    const page = first.open();
    await until(() => expect(first.reloads).toBeGreaterThan(1));
    expect(page.activity).toBe("generating");
    expect(page.error).toBeNull();
    first.engine.hasSession = true;
    first.engine.answer("a1", "u1", "hello", 0);
    await until(() => expect(read(page)).toEqual(["u1:u1", "a1:hello"]));
    await first.close();
  });

  it("stays with the truth when it is told the same thing many times", async () => {
    chat.saveQuestion(user("u2"));
    chat.engine.begin("a2", "u2");
    const page = chat.open();
    for (let n = 0; n < 5; n++) page.sync(chat.data());
    chat.engine.words("w1");
    await until(() => expect(read(page).at(-1)).toBe("a2:w1"));
    for (let n = 0; n < 5; n++) page.sync(chat.data());
    chat.engine.finish();
    const end = chat.engine.complete(1);
    chat.saveAnswer(assistant("a2", "u2", "w1"), end, 1);
    for (let n = 0; n < 5; n++) page.sync(chat.data());
    await until(() => expect(page.status).toBe("ready"));
    expect(read(page)).toEqual(["u1:u1", "a1:one", "u2:u2", "a2:w1"]);
    expect(chat.engine.reads).toHaveLength(1);
  });
});
