import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { assistant, FakeChat, read, user } from "./testing/fake-chat.ts";

let chat: FakeChat;
beforeEach(async () => {
  chat = await FakeChat.afterOneTurn();
});
afterEach(() => chat.close());

const until = (check: () => void, timeout = 8000) => vi.waitFor(check, { timeout, interval: 5 });
const sentId = (at = -1) =>
  chat.engine.inputs.filter((input) => input.kind === "message").at(at)?.payload?.message?.id ?? "";

describe("a turn started elsewhere", () => {
  it("appears with its question and streams", async () => {
    const page = chat.open();
    chat.saveQuestion(user("u2"));
    chat.announce();
    await until(() => expect(page.isRunning).toBe(true));
    chat.engine.begin("a2", "u2");
    chat.engine.words("live");
    await until(() => expect(read(page)).toEqual(["u1:u1", "a1:one", "u2:u2", "a2:live"]));
    chat.engine.finish();
    chat.saveAnswer(assistant("a2", "u2", "live"), chat.engine.complete(1), 1);
    chat.announce();
    await until(() => expect(page.status).toBe("ready"));
    expect(chat.engine.inputs).toEqual([]);
  });

  it("that is over by the time the page looks is simply shown", async () => {
    const page = chat.open();
    chat.saveQuestion(user("u2"));
    chat.announce();
    await until(() => expect(page.status).toBe("submitted"));
    // The stream brings nothing: the end was written for another reader.
    chat.saveAnswer(assistant("a2", "u2", "done"), "99", 1);
    chat.announce();
    await until(() => expect(page.status).toBe("ready"));
    expect(read(page)).toEqual(["u1:u1", "a1:one", "u2:u2", "a2:done"]);
    await until(() => expect(chat.engine.readers).toBe(0));
    expect(chat.engine.inputs).toEqual([]);
  });
});

it("is not taken back by an older answer of the database that arrives late", async () => {
  const page = chat.open();
  const release = chat.holdReloads();
  page.refresh();
  await until(() => expect(chat.reloads).toBe(1));
  chat.saveQuestion(user("u2"));
  chat.saveAnswer(assistant("a2", "u2", "two"), chat.engine.answer("a2", "u2", "two", 1), 1);
  // The page's own data is loaded meanwhile, with something else.
  page.sync(chat.data());
  const all = ["u1:u1", "a1:one", "u2:u2", "a2:two"];
  expect(read(page)).toEqual(all);
  const seen = new Set<string>();
  const watch = setInterval(() => seen.add(read(page).join()), 0);
  release();
  // It looks again instead.
  await until(() => expect(chat.reloads).toBe(2));
  await until(() => expect(seen.size).toBeGreaterThan(0));
  clearInterval(watch);
  expect([...seen]).toEqual([all.join()]);
});

describe("two tabs", () => {
  it("that send at once each show both turns in order", async () => {
    const [one, two] = [chat.open(), chat.open()];
    await one.send("from one");
    await two.send("from two");
    const [first, second] = [sentId(0), sentId(1)];
    chat.saveQuestion(user(first, "from one"));
    chat.announce();
    let end = chat.engine.answer("a2", first, "to one", 1);
    chat.saveAnswer(assistant("a2", first, "to one"), end, 1);
    chat.announce();
    chat.saveQuestion(user(second, "from two"));
    chat.announce();
    end = chat.engine.answer("a3", second, "to two", 2);
    chat.saveAnswer(assistant("a3", second, "to two"), end, 2);
    chat.announce();
    const all = ["u1:u1", "a1:one", `${first}:from one`, "a2:to one", `${second}:from two`, "a3:to two"];
    for (const page of [one, two]) {
      await until(() => expect(page.status).toBe("ready"));
      await until(() => expect(read(page)).toEqual(all));
    }
  });

  it("of which one has an old cursor: the other's turn is not glued to its answer", async () => {
    const page = chat.open();
    // Another tab's turn, of which this page hears nothing.
    chat.saveQuestion(user("u2"));
    const seq = chat.engine.takeFromElsewhere();
    chat.saveAnswer(assistant("a2", "u2", "not yours"), chat.engine.answer("a2", "u2", "not yours", seq), seq);
    await page.send("mine");
    const id = sentId();
    chat.engine.begin("a3", id);
    chat.engine.words("yours");
    await until(() => expect(read(page)).toEqual(["u1:u1", "a1:one", `${id}:mine`, "a3:yours"]));
  });
});

describe("stop", () => {
  it("ends the answer here at once, in the run, and in the database", async () => {
    const page = chat.open();
    await page.send("two");
    const id = sentId();
    chat.saveQuestion(user(id, "two"));
    chat.announce();
    chat.engine.begin("a2", id);
    chat.engine.words("half ");
    await until(() => expect(read(page).at(-1)).toBe("a2:half "));
    const stopped = page.stop();
    expect(page.isRunning).toBe(false);
    await stopped;
    expect(chat.engine.inputs.filter((input) => input.kind === "stop").length).toBeGreaterThan(0);
    expect(chat.stops).toEqual([id]);
    // The request to stop changes the row, and the row still says running.
    chat.announce();
    await until(() => expect(chat.reloads).toBeGreaterThan(1));
    expect(page.isRunning).toBe(false);
    chat.engine.words("more");
    chat.engine.chunk({ type: "abort" });
    chat.saveAnswer(assistant("a2", id, "half more"), chat.engine.complete(2), 2);
    chat.announce();
    await until(() => expect(read(page).at(-1)).toBe("a2:half more"));
    expect(page.status).toBe("ready");

    await page.send("three");
    const next = sentId();
    chat.engine.answer("a3", next, "again", 5);
    await until(() => expect(read(page).slice(-2)).toEqual([`${next}:three`, "a3:again"]));
  });

  it("is for the turn that runs by now, not for the one that was read before it", async () => {
    const page = chat.open();
    chat.saveQuestion(user("u2"));
    chat.announce();
    await until(() => expect(chat.engine.readers).toBe(1));
    chat.saveAnswer(assistant("a2", "u2", "two"), chat.engine.answer("a2", "u2", "two", 1), 1);
    chat.saveQuestion(user("u3"));
    page.sync(chat.data());
    const stopped = page.stop();
    expect(page.isRunning).toBe(false);
    await stopped;
    expect(chat.stops).toEqual(["u3"]);
    page.sync(chat.data());
    expect(page.isRunning).toBe(false);
  });

  it("does not keep the next message waiting", async () => {
    const page = chat.open();
    await page.send("two");
    const id = sentId();
    chat.saveQuestion(user(id, "two"));
    chat.engine.begin("a2", id);
    chat.engine.words("half ");
    await until(() => expect(read(page).at(-1)).toBe("a2:half "));
    await page.stop();
    await page.send("three");
    const next = sentId();
    const seq = chat.engine.inputs.at(-1)?.seq ?? 0;
    expect(page.isRunning).toBe(true);
    chat.engine.words("more");
    chat.engine.chunk({ type: "abort" });
    chat.saveAnswer(assistant("a2", id, "half more"), chat.engine.complete(seq - 1), seq - 1);
    chat.announce();
    chat.saveQuestion(user(next, "three"));
    chat.announce();
    const end = chat.engine.answer("a3", next, "again", seq);
    await until(() => expect(read(page).slice(-2)).toEqual([`${next}:three`, "a3:again"]));
    chat.saveAnswer(assistant("a3", next, "again"), end, seq);
    chat.announce();
    await until(() => expect(page.status).toBe("ready"));
    await until(() => expect(read(page).slice(2)).toEqual([`${id}:two`, "a2:half more", `${next}:three`, "a3:again"]));
  });

  it("is one stop, and goes before the message that is sent right after it", async () => {
    const page = chat.open();
    await page.send("two");
    chat.saveQuestion(user(sentId(), "two"));
    chat.engine.begin("a2", sentId());
    chat.engine.words("half ");
    await until(() => expect(read(page).at(-1)).toBe("a2:half "));
    chat.engine.holdAppends();
    const stopped = page.stop();
    const sent = page.send("three");
    chat.engine.releaseAppends();
    await Promise.all([stopped, sent]);
    expect(chat.engine.inputs.map(({ kind }) => kind)).toEqual(["message", "stop", "message"]);
  });

  it("does not go before the message it is for", async () => {
    const page = chat.open();
    chat.engine.holdAppends();
    const sent = page.send("two");
    await until(() => expect(page.isRunning).toBe(true));
    const stopped = page.stop();
    expect(page.isRunning).toBe(false);
    expect(chat.stops).toEqual([]);
    chat.engine.releaseAppends();
    await Promise.all([sent, stopped]);
    expect(chat.engine.inputs.map(({ kind }) => kind)).toEqual(["message", "stop"]);
    expect(chat.stops).toEqual([sentId()]);
  });

  it("pressed twice is asked for once", async () => {
    const page = chat.open();
    await page.send("two");
    chat.engine.begin("a2", sentId());
    await until(() => expect(page.messages.at(-1)?.id).toBe("a2"));
    await Promise.all([page.stop(), page.stop()]);
    expect([chat.stops, chat.engine.inputs.map(({ kind }) => kind)]).toEqual([[sentId()], ["message", "stop"]]);
  });

  it("of a turn that has just ended leaves the next one alone", async () => {
    const page = chat.open();
    await page.send("two");
    const id = sentId();
    chat.saveQuestion(user(id, "two"));
    chat.engine.begin("a2", id);
    chat.engine.words("whole");
    await until(() => expect(read(page).at(-1)).toBe("a2:whole"));
    chat.isStoppable = () => false;
    await page.stop();
    expect(chat.stops).toEqual([id]);
    expect(chat.engine.inputs.map(({ kind }) => kind)).toEqual(["message"]);
    chat.engine.finish();
    chat.saveAnswer(assistant("a2", id, "whole"), chat.engine.complete(1), 1);
    chat.announce();
    await until(() => expect(page.status).toBe("ready"));
    await page.send("three");
    chat.saveQuestion(user(sentId(), "three"));
    chat.announce();
    chat.engine.answer("a3", sentId(), "next", 2);
    await until(() => expect(read(page).slice(2)).toEqual([`${id}:two`, "a2:whole", `${sentId()}:three`, "a3:next"]));
  });

  it("still reaches the run when the database cannot be told", async () => {
    const page = chat.open();
    await page.send("two");
    chat.engine.begin("a2", sentId());
    await until(() => expect(page.messages.at(-1)?.id).toBe("a2"));
    chat.isStoppable = () => {
      throw new TypeError("fetch failed");
    };
    await page.stop();
    expect(chat.engine.inputs.map(({ kind }) => kind)).toEqual(["message", "stop"]);
  });

  it("works in a tab that only reads", async () => {
    chat.saveQuestion(user("u2"));
    chat.engine.begin("a2", "u2");
    chat.engine.words("half");
    const page = chat.open();
    await until(() => expect(read(page).at(-1)).toBe("a2:half"));
    await page.stop();
    expect(chat.engine.inputs.map((input) => input.kind)).toEqual(["stop"]);
  });

  it("is not sent by leaving the page", async () => {
    const page = chat.open();
    await page.send("two");
    chat.engine.begin("a2", sentId());
    await until(() => expect(page.messages.at(-1)?.id).toBe("a2"));
    page.dispose();
    await until(() => expect(chat.engine.readers).toBe(0));
    expect(chat.engine.inputs.map((input) => input.kind)).toEqual(["message"]);
  });
});

describe("a message sent while a turn runs", () => {
  it("waits below the running answer and is answered next, in the same page", async () => {
    const page = chat.open();
    await page.send("two");
    const id = sentId();
    chat.saveQuestion(user(id, "two"));
    await page.send("three");
    const next = sentId();
    chat.engine.begin("a2", id);
    chat.engine.words("w1 ");
    await until(() => expect(read(page).slice(2)).toEqual([`${id}:two`, "a2:w1 ", `${next}:three`]));
    chat.engine.words("w2");
    chat.engine.finish();
    const end = chat.engine.complete(1);
    await until(() => expect(chat.engine.reads).toHaveLength(2));
    expect(chat.engine.reads.at(-1)).toEqual({ lastEventId: end, peek: false });
    expect(page.isRunning).toBe(true);
    chat.saveAnswer(assistant("a2", id, "w1 w2"), end, 1);
    chat.announce();
    chat.saveQuestion(user(next, "three"));
    chat.announce();
    chat.engine.begin("a3", next);
    chat.engine.words("third");
    await until(() => expect(read(page).slice(2)).toEqual([`${id}:two`, "a2:w1 w2", `${next}:three`, "a3:third"]));
    chat.engine.finish();
    chat.saveAnswer(assistant("a3", next, "third"), chat.engine.complete(2), 2);
    chat.announce();
    await until(() => expect(page.status).toBe("ready"));
    expect(read(page).slice(2)).toEqual([`${id}:two`, "a2:w1 w2", `${next}:three`, "a3:third"]);
  });

  it("taken into the running answer gets none of its own", async () => {
    const page = chat.open();
    await page.send("two");
    const id = sentId();
    chat.saveQuestion(user(id, "two"));
    chat.engine.begin("a2", id);
    await page.send("three");
    const steer = sentId();
    chat.engine.chunk({ type: "data-pending-message-injected", data: { messageIds: [steer] } });
    chat.engine.words("both");
    chat.engine.finish();
    const end = chat.engine.complete(2);
    await until(() => expect(page.isRunning).toBe(false));
    chat.stored = [...chat.stored, user(steer, "three")];
    chat.saveAnswer(assistant("a2", id, "both"), end, 2);
    chat.announce();
    await until(() => expect(read(page).slice(2)).toEqual([`${id}:two`, `${steer}:three`, "a2:both"]));
    expect(chat.engine.reads).toHaveLength(1);
  });

  it("reaches the engine just after the turn ended, and is answered all the same", async () => {
    const page = chat.open();
    await page.send("two");
    const id = sentId();
    chat.saveQuestion(user(id, "two"));
    chat.engine.begin("a2", id);
    await until(() => expect(page.messages.at(-1)?.id).toBe("a2"));
    chat.engine.holdAppends();
    const sending = page.send("three");
    chat.engine.finish();
    chat.saveAnswer(assistant("a2", id, ""), chat.engine.complete(1), 1);
    await until(() => expect(page.isRunning).toBe(false));
    chat.engine.releaseAppends();
    await sending;
    const next = sentId();
    expect(page.isRunning).toBe(true);
    await until(() => expect(chat.reloads).toBeGreaterThan(0));
    expect(page.isRunning).toBe(true);
    chat.saveQuestion(user(next, "three"));
    chat.announce();
    chat.engine.answer("a3", next, "third", 2);
    await until(() => expect(read(page).slice(-2)).toEqual([`${next}:three`, "a3:third"]));
  });

  it("that could not be sent stays, and can be sent again", async () => {
    const page = chat.open();
    await page.send("two");
    const id = sentId();
    chat.saveQuestion(user(id, "two"));
    chat.engine.begin("a2", id);
    chat.engine.refusals.push({ status: 413 });
    await page.send("three");
    expect(page.error).toMatchObject({ kind: "not-sent", message: "This message is too long." });
    expect(page.isRunning).toBe(true);
    const failed = page.error?.messageId;
    await page.retry();
    expect(page.error).toBeNull();
    expect(sentId()).toBe(failed);
  });
});
