import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { assistant, FakeChat, read, user } from "./testing/fake-chat.ts";

let chat: FakeChat;
beforeEach(async () => {
  chat = await FakeChat.afterOneTurn();
});
afterEach(() => chat.close());

const until = (check: () => void, timeout = 15_000) => vi.waitFor(check, { timeout, interval: 5 });
const recovery = { type: "data-recovery", data: {}, transient: true };

/** Sends a message and lets the agent begin; the message's id. */
async function ask(page: ReturnType<FakeChat["open"]>): Promise<string> {
  await page.send("two");
  const id = page.messages.at(-1)?.id ?? "";
  chat.saveQuestion(user(id, "two"));
  chat.announce();
  return id;
}

async function settle(page: ReturnType<FakeChat["open"]>, answerId: string, id: string, text: string, seq = 1) {
  chat.engine.finish();
  const end = chat.engine.complete(seq);
  await until(() => expect(page.isRunning).toBe(false));
  chat.saveAnswer(assistant(answerId, id, text), end, seq);
  chat.announce();
  await until(() => expect(page.status).toBe("ready"));
}

describe("a run that is killed and continued on the same stream", () => {
  it.each([1, 2, 3])("ends in exactly one correct answer, killed %i times", async (kills) => {
    const page = chat.open();
    const id = await ask(page);
    for (let n = 0; n < kills; n++) {
      chat.engine.begin(`p${n}`, id);
      chat.engine.words("lost ", "words");
      await until(() => expect(read(page).at(-1)).toBe(`p${n}:lost words`));
      chat.engine.chunk(recovery);
      await until(() => expect(page.activity).toBe("recovering"));
      expect(read(page).at(-1)).toBe(`p${n}:lost words`);
    }
    chat.engine.begin("a2", id);
    chat.engine.words("right");
    await until(() => expect(read(page)).toEqual(["u1:u1", "a1:one", `${id}:two`, "a2:right"]));
    expect(page.activity).toBe("generating");
    await settle(page, "a2", id, "right");
    expect(read(page)).toEqual(["u1:u1", "a1:one", `${id}:two`, "a2:right"]);
    expect(chat.engine.reads).toHaveLength(1);
    expect(chat.engine.inputs).toHaveLength(1);
  });

  it("is right on a resumed stream, killed before and after the page came", async () => {
    chat.saveQuestion(user("u2"));
    chat.engine.begin("p1", "u2");
    chat.engine.words("lost");
    chat.engine.chunk(recovery);
    chat.engine.begin("p2", "u2");
    chat.engine.words("lost again");
    const page = chat.open();
    await until(() => expect(read(page)).toEqual(["u1:u1", "a1:one", "u2:u2", "p2:lost again"]));
    chat.engine.chunk(recovery);
    chat.engine.begin("a2", "u2");
    chat.engine.words("right");
    await until(() => expect(read(page)).toEqual(["u1:u1", "a1:one", "u2:u2", "a2:right"]));
    await settle(page, "a2", "u2", "right");
    expect(read(page)).toEqual(["u1:u1", "a1:one", "u2:u2", "a2:right"]);
  });

  it("is never shown as idle between the two answers", async () => {
    const page = chat.open();
    const id = await ask(page);
    const seen = new Set<string>();
    const watch = setInterval(() => seen.add(page.status), 0);
    chat.engine.begin("p", id);
    chat.engine.words("lost");
    await until(() => expect(read(page).at(-1)).toBe("p:lost"));
    chat.engine.begin("a2", id);
    chat.engine.words("right");
    await until(() => expect(read(page).at(-1)).toBe("a2:right"));
    clearInterval(watch);
    expect(seen).not.toContain("ready");
    expect(seen).not.toContain("error");
    await settle(page, "a2", id, "right");
  });
});

// The transport waits up to 5 s between two attempts.
describe("an outage", { timeout: 20_000 }, () => {
  it("of the engine is survived in mid-answer", async () => {
    const page = chat.open();
    const id = await ask(page);
    chat.engine.begin("a2", id);
    chat.engine.words("w1 ");
    await until(() => expect(read(page).at(-1)).toBe("a2:w1 "));
    await chat.engine.stop();
    await until(() => expect(page.activity).toBe("reconnecting"));
    expect(read(page).at(-1)).toBe("a2:w1 ");
    chat.engine.words("w2");
    await chat.engine.start();
    await until(() => expect(read(page).at(-1)).toBe("a2:w1 w2"));
    expect(page.activity).toBe("generating");
    await settle(page, "a2", id, "w1 w2");
  });

  it("of everything is survived, even when the turn ends meanwhile", async () => {
    const page = chat.open();
    const id = await ask(page);
    chat.engine.begin("a2", id);
    chat.engine.words("w1 ");
    await until(() => expect(read(page).at(-1)).toBe("a2:w1 "));
    chat.isWebDown = true;
    await chat.engine.stop();
    chat.announce();
    await until(() => expect(page.activity).toBe("reconnecting"));
    chat.engine.words("w2");
    chat.engine.finish();
    chat.saveAnswer(assistant("a2", id, "w1 w2"), chat.engine.complete(1), 1);
    chat.isWebDown = false;
    await until(() => expect(page.status).toBe("ready"));
    expect(read(page)).toEqual(["u1:u1", "a1:one", `${id}:two`, "a2:w1 w2"]);
    await chat.engine.start();
  });

  it("of the stream alone is survived: a page opened with the engine down reaches the answer", async () => {
    chat.saveQuestion(user("u2"));
    await chat.engine.stop();
    const page = chat.open();
    await until(() => expect(page.activity).toBe("reconnecting"));
    await chat.engine.start();
    chat.engine.begin("a2", "u2");
    chat.engine.words("late");
    await until(() => expect(read(page).at(-1)).toBe("a2:late"));
    await settle(page, "a2", "u2", "late");
  });
});

describe("a turn that fails", () => {
  it("says so, and runs again on request", async () => {
    const page = chat.open();
    const id = await ask(page);
    chat.engine.begin("p", id);
    chat.engine.words("half");
    chat.engine.chunk({ type: "error", errorText: "The provider refused the key." });
    await until(() => expect(page.error?.message).toBe("The provider refused the key."));
    expect(page.isRunning).toBe(false);
    expect(page.error).toMatchObject({ kind: "failed", messageId: "p" });
    const end = chat.engine.complete(1);
    chat.saveAnswer(assistant("p", id, "half"), end, 1);
    chat.status = "failed";
    chat.statusDetail = "The provider refused the key.";
    chat.announce();
    await until(() => expect(page.messages.at(-1)?.parts.at(-1)).toMatchObject({ state: "done" }));
    expect(page.status).toBe("error");

    await page.retry();
    expect(chat.engine.inputs.at(-1)?.payload?.trigger).toBe("regenerate-message");
    expect(page.error).toBeNull();
    chat.announce();
    chat.status = "running";
    chat.stored = chat.stored.slice(0, -1);
    chat.announce();
    chat.engine.begin("a2", id);
    chat.engine.words("whole");
    await until(() => expect(read(page)).toEqual(["u1:u1", "a1:one", `${id}:two`, "a2:whole"]));
    await settle(page, "a2", id, "whole", 2);
    expect(page.error).toBeNull();
  });

  it("before the message was stored leaves it to be sent again", async () => {
    const page = chat.open();
    await page.send("two");
    const id = page.messages.at(-1)?.id ?? "";
    chat.engine.chunk({ type: "error", errorText: "This message is empty." });
    chat.lastEventId = chat.engine.complete(1);
    await until(() => expect(page.error?.message).toBe("This message is empty."));
    chat.announce();
    await until(() =>
      expect(page.error).toEqual({ kind: "not-sent", messageId: id, message: "This message is empty." }),
    );
    expect(page.isRunning).toBe(false);
    await page.retry();
    expect(chat.engine.inputs.map(({ payload }) => payload?.message?.id)).toEqual([id, id]);
  });

  it("is shown after a reload", () => {
    chat.saveQuestion(user("u2"));
    chat.status = "failed";
    chat.statusDetail = "The provider refused the key.";
    const page = chat.open();
    expect(page.error).toEqual({ kind: "failed", messageId: "u2", message: "The provider refused the key." });
    expect(page.status).toBe("error");
  });
});
