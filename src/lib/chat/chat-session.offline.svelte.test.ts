import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { FakeBrowser } from "./testing/fake-browser.ts";
import { assistant, FakeChat, read, user } from "./testing/fake-chat.ts";

let browser: FakeBrowser;
let chat: FakeChat;
beforeEach(async () => {
  browser = new FakeBrowser();
  chat = await FakeChat.afterOneTurn();
});
afterEach(async () => {
  await chat.close();
  vi.unstubAllGlobals();
});

const until = (check: () => void, timeout = 8000) => vi.waitFor(check, { timeout, interval: 5 });
const texts = (page: ReturnType<FakeChat["open"]>) => read(page).map((line) => line.replace(/^[^:]*:/, ""));
const idOf = (page: ReturnType<FakeChat["open"]>, text: string) =>
  page.messages.find((message) => message.parts.some((part) => part.type === "text" && part.text === text))?.id ?? "";
const delivered = (page: ReturnType<FakeChat["open"]>, ...written: string[]) =>
  written.map((text) => page.deliveryOf(idOf(page, text)));
const received = () => chat.engine.inputs.map(({ payload }) => payload?.message?.id);

/** No request gets anywhere, and the browser knows. */
async function loseConnection() {
  browser.goOffline();
  chat.isWebDown = true;
  await chat.engine.stop();
}

async function regainConnection() {
  await chat.engine.start();
  chat.isWebDown = false;
  browser.goOnline();
}

/** Answers what was received, one after the other, as the agent does. */
function answerAll(from = 0) {
  for (const { seq, payload } of chat.engine.inputs.slice(from)) {
    const { id = "", parts } = payload?.message as ReturnType<typeof user>;
    chat.saveQuestion({ id, role: "user", parts });
    const end = chat.engine.answer(`to-${seq}`, id, `answer ${seq}`, seq);
    chat.saveAnswer(assistant(`to-${seq}`, id, `answer ${seq}`), end, seq);
  }
  chat.announce();
}

describe("without a connection", () => {
  it("messages wait, and go out in order when it is back", async () => {
    const page = chat.open();
    await loseConnection();
    for (const text of ["two", "three", "four"]) await page.send(text);
    expect(texts(page)).toEqual(["u1", "one", "two", "three", "four"]);
    expect(delivered(page, "two", "three", "four")).toEqual(["waiting", "waiting", "waiting"]);
    expect(page.error).toBeNull();
    expect(page.isRunning).toBe(false);
    const ids = ["two", "three", "four"].map((text) => idOf(page, text));

    await regainConnection();
    await until(() => expect(received()).toEqual(ids));
    await until(() => expect(delivered(page, "two", "three", "four")).toEqual(["accepted", "accepted", "accepted"]));
    expect(page.isRunning).toBe(true);
    expect(browser.stored).toEqual([]);
    answerAll();
    await until(() => expect(page.status).toBe("ready"));
    expect(texts(page)).toEqual(["u1", "one", "two", "answer 1", "three", "answer 2", "four", "answer 3"]);
    expect(delivered(page, "two", "three", "four")).toEqual([null, null, null]);
    expect(chat.engine.inputs[1]?.payload).toMatchObject({
      message: { metadata: { after: ids[0] } },
      metadata: { model: "demo:words" },
    });
  });

  it("messages wait in the middle of an answer, which comes whole", { timeout: 20_000 }, async () => {
    const page = chat.open();
    await page.send("two");
    const [id = ""] = received();
    chat.saveQuestion(user(id, "two"));
    chat.announce();
    chat.engine.begin("a2", id);
    chat.engine.words("w1 ");
    await until(() => expect(texts(page).at(-1)).toBe("w1 "));
    await loseConnection();
    await page.send("three");
    expect(texts(page).slice(2)).toEqual(["two", "w1 ", "three"]);
    expect(delivered(page, "three")).toEqual(["waiting"]);
    chat.engine.words("w2");
    await regainConnection();
    await until(() => expect(received()).toEqual([id, idOf(page, "three")]));
    await until(() => expect(texts(page).slice(2)).toEqual(["two", "w1 w2", "three"]), 12_000);
    chat.engine.finish();
    chat.saveAnswer(assistant("a2", id, "w1 w2"), chat.engine.complete(1), 1);
    answerAll(1);
    await until(() => expect(page.status).toBe("ready"));
    expect(texts(page).slice(2)).toEqual(["two", "w1 w2", "three", "answer 2"]);
  });

  it("a message waits that was on its way when it went", async () => {
    const page = chat.open();
    chat.engine.holdAppends();
    const sending = page.send("two");
    expect(delivered(page, "two")).toEqual(["sending"]);
    await loseConnection();
    await sending;
    expect(delivered(page, "two")).toEqual(["waiting"]);
    expect(page.error).toBeNull();
    expect(page.isRunning).toBe(false);
    chat.engine.releaseAppends();
    await regainConnection();
    await until(() => expect(delivered(page, "two")).toEqual(["accepted"]));
    expect(texts(page)).toEqual(["u1", "one", "two"]);
  });

  it("what waits outlives the page", async () => {
    const page = chat.open();
    await loseConnection();
    for (const text of ["two", "three"]) await page.send(text);
    const ids = ["two", "three"].map((text) => idOf(page, text));
    page.dispose();

    const next = chat.open();
    expect(texts(next)).toEqual(["u1", "one", "two", "three"]);
    expect(delivered(next, "two", "three")).toEqual(["waiting", "waiting"]);
    next.dispose();
    await regainConnection();
    const last = chat.open();
    await until(() => expect(received()).toEqual(ids));
    expect(texts(last)).toEqual(["u1", "one", "two", "three"]);
    await until(() => expect(browser.stored).toEqual([]));
  });

  it("one that arrived after all is not sent again by the next page", async () => {
    const page = chat.open();
    chat.engine.loseAnswer = true;
    browser.goOffline();
    // The browser is wrong about the connection: the message gets there, the answer is lost.
    await page.send("two");
    await until(() => expect(received()).toHaveLength(1));
    await until(() => expect(delivered(page, "two")).toEqual(["waiting"]));
    const [id = ""] = received();
    page.dispose();
    answerAll();
    const next = chat.open();
    expect(texts(next)).toEqual(["u1", "one", "two", "answer 1"]);
    expect(delivered(next, "two")).toEqual([null]);
    expect(browser.stored).toEqual([]);
    await next.send("three");
    await until(() => expect(received()).toEqual([id, idOf(next, "three")]));
  });
});

describe("a browser that calls itself offline", () => {
  it("sends when the server answers all the same", async () => {
    browser.goOffline();
    const page = chat.open();
    await page.send("two");
    await page.send("three");
    await until(() => expect(received()).toEqual([idOf(page, "two"), idOf(page, "three")]));
    expect(page.error).toBeNull();
  });
});

describe("a connection that is back", () => {
  it("and not usable yet leaves messages waiting, without an alert", async () => {
    const page = chat.open();
    await loseConnection();
    await page.send("two");
    browser.goOnline();
    await until(() => expect(chat.reloads).toBeGreaterThan(2));
    expect(delivered(page, "two")).toEqual(["waiting"]);
    expect(page.error).toBeNull();
    // Nobody tells that the rest of the way is there again: the next request that is answered does.
    await chat.engine.start();
    chat.isWebDown = false;
    await until(() => expect(delivered(page, "two")).toEqual(["accepted"]));
  });

  it("to a server that refuses one: it is not sent, and no later one goes before it", async () => {
    const page = chat.open();
    await loseConnection();
    for (const text of ["two", "three"]) await page.send(text);
    chat.engine.refusals.push({ status: 413 });
    await regainConnection();
    await until(() => expect(page.error?.message).toBe("This message is too long."));
    expect(page.error).toMatchObject({ kind: "not-sent", messageId: idOf(page, "two") });
    expect(delivered(page, "two", "three")).toEqual(["not-sent", "not-sent"]);
    expect(received()).toEqual([]);
    await page.retry();
    expect(page.error).toBeNull();
    expect(received()).toEqual([idOf(page, "two"), idOf(page, "three")]);
  });
});

describe("an engine that our server cannot reach", () => {
  it.each([502, 503, 504])("lets messages wait (%i), and takes each once when it is back", async (status) => {
    const page = chat.open();
    const { refusals } = chat.engine;
    refusals.push(...Array.from({ length: 1000 }, () => ({ status })));
    for (const text of ["two", "three"]) await page.send(text);
    await until(() => expect(refusals.length).toBeLessThan(997));
    await until(() => expect(delivered(page, "two", "three")).toEqual(["waiting", "waiting"]));
    expect(page.error).toBeNull();
    expect(page.isRunning).toBe(false);

    refusals.length = 0;
    await until(() => expect(received()).toEqual([idOf(page, "two"), idOf(page, "three")]));
    answerAll();
    await until(() => expect(page.status).toBe("ready"));
    expect(texts(page)).toEqual(["u1", "one", "two", "answer 1", "three", "answer 2"]);
    expect(page.error).toBeNull();
    expect(browser.stored).toEqual([]);
  });
});

describe("a message that waits", () => {
  it("can be discarded, for good", async () => {
    const page = chat.open();
    await loseConnection();
    for (const text of ["two", "three"]) await page.send(text);
    page.discard(idOf(page, "two"));
    expect(texts(page)).toEqual(["u1", "one", "three"]);
    await regainConnection();
    await until(() => expect(received()).toEqual([idOf(page, "three")]));
    await until(() => expect(browser.stored).toEqual([]));
  });

  it("can be given other words, in its place", async () => {
    const page = chat.open();
    await loseConnection();
    for (const text of ["two", "three"]) await page.send(text);
    expect(await page.edit(idOf(page, "two"), [{ type: "text", text: "2" }])).toBe(true);
    expect(texts(page)).toEqual(["u1", "one", "2", "three"]);
    await regainConnection();
    await until(() => expect(received()).toEqual([idOf(page, "2"), idOf(page, "three")]));
    expect(texts(page)).toEqual(["u1", "one", "2", "three"]);
  });
});

it("a message that fails while the browser is online is not sent, and waits for the person", async () => {
  const page = chat.open();
  await chat.engine.stop();
  await page.send("two");
  expect(delivered(page, "two")).toEqual(["not-sent"]);
  expect(page.error).toMatchObject({ kind: "not-sent", message: "The server cannot be reached." });
  await chat.engine.start();
  browser.goOnline();
  await page.resend(idOf(page, "two"));
  expect(delivered(page, "two")).toEqual(["accepted"]);
  expect(page.error).toBeNull();
  expect(received()).toEqual([idOf(page, "two")]);
});
