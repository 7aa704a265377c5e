import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { KeptMessages } from "./kept-messages.ts";
import { type Delivery, Outbox } from "./outbox.ts";
import { FakeBrowser } from "./testing/fake-browser.ts";
import { user } from "./testing/fake-chat.ts";
import { WaitingMessages } from "./waiting-messages.ts";

let browser: FakeBrowser;
beforeEach(() => {
  browser = new FakeBrowser();
});
afterEach(() => vi.unstubAllGlobals());

/** A page of the chat. `answer` says what comes of each attempt to send. */
class Page {
  readonly outbox = new Outbox();
  readonly attempts: string[] = [];
  readonly answers: Delivery[] = [];
  /** Sends nothing until it is resolved. */
  held: Promise<void> = Promise.resolve();
  readonly waiting = new WaitingMessages({
    outbox: this.outbox,
    kept: new KeptMessages("chat"),
    send: async ({ message }) => {
      this.attempts.push(message.id);
      await this.held;
      const delivery = this.answers.shift() ?? "accepted";
      this.outbox.mark(message.id, delivery, 0);
      return delivery === "accepted";
    },
  });

  write(...ids: string[]) {
    for (const id of ids) {
      this.outbox.put(user(id), 0);
      this.outbox.mark(id, "waiting", 0);
    }
    return this;
  }

  get all() {
    const deliveries = ["waiting", "sending", "accepted", "answering", "not-sent"] as const;
    const delivery = (id: string) => deliveries.find((delivery) => this.outbox.is(delivery, id));
    return this.outbox.messages().map(({ id }) => `${id}:${delivery(id)}`);
  }
}

const kept = () => new KeptMessages("chat").all().map(({ message }) => message.id);

it("sends them in order, each once the one before it was accepted", async () => {
  const page = new Page().write("a", "b", "c");
  let release = () => {};
  page.held = new Promise((resolve) => (release = resolve));
  const flushed = page.waiting.flush();
  expect(page.attempts).toEqual(["a"]);
  expect(page.all).toEqual(["a:sending", "b:waiting", "c:waiting"]);
  release();
  await flushed;
  expect(page.attempts).toEqual(["a", "b", "c"]);
  expect(page.all).toEqual(["a:accepted", "b:accepted", "c:accepted"]);
  expect(kept()).toEqual([]);
});

it("sends one at a time, however often it is told that the connection is back", async () => {
  const page = new Page().write("a", "b");
  await Promise.all([page.waiting.flush(), page.waiting.flush(), page.waiting.flush()]);
  expect(page.attempts).toEqual(["a", "b"]);
});

it("lets what is written meanwhile go behind", async () => {
  const page = new Page().write("a");
  let release = () => {};
  page.held = new Promise((resolve) => (release = resolve));
  const flushed = page.waiting.flush();
  expect(page.waiting.isAhead).toBe(true);
  page.write("b");
  release();
  await flushed;
  expect(page.attempts).toEqual(["a", "b"]);
  expect(page.waiting.isAhead).toBe(false);
});

it("goes on where the connection was lost again", async () => {
  const page = new Page().write("a", "b", "c");
  page.answers.push("accepted", "waiting");
  await page.waiting.flush();
  expect(page.all).toEqual(["a:accepted", "b:waiting", "c:waiting"]);
  expect(kept()).toEqual(["b", "c"]);
  await page.waiting.flush();
  expect(page.attempts).toEqual(["a", "b", "b", "c"]);
  expect(kept()).toEqual([]);
});

it("stops at one that is refused; sent again, it takes those behind it along", async () => {
  const page = new Page().write("a", "b", "c");
  page.answers.push("accepted", "not-sent");
  await page.waiting.flush();
  expect(page.all).toEqual(["a:accepted", "b:not-sent", "c:not-sent"]);
  expect(kept()).toEqual(["b", "c"]);
  await page.waiting.flush();
  expect(page.attempts).toEqual(["a", "b"]);
  await page.waiting.retry("b");
  expect(page.attempts).toEqual(["a", "b", "b", "c"]);
});

it("sends a message alone that never waited, and takes no other along", async () => {
  const page = new Page();
  for (const id of ["a", "b"]) {
    page.outbox.put(user(id), 0);
    page.outbox.mark(id, "not-sent", 0);
  }
  await page.waiting.retry("a");
  await page.waiting.retry("nothing");
  expect(page.all).toEqual(["a:accepted", "b:not-sent"]);
});

it.each([
  ["while they wait", () => undefined],
  ["while the first is on its way", (page: Page) => void page.waiting.flush()],
])("outlives the page: left %s", async (_, leave) => {
  const page = new Page().write("a", "b");
  page.held = new Promise(() => {});
  leave(page);
  const next = new Page();
  next.waiting.restore();
  expect(next.all).toEqual(["a:waiting", "b:waiting"]);
  await next.waiting.flush();
  expect(next.attempts).toEqual(["a", "b"]);
  expect(browser.stored).toEqual([]);
});

it("forgets what the database has", () => {
  const page = new Page().write("a", "b");
  page.outbox.settle({
    messages: [user("a")],
    branches: {},
    session: { publicAccessToken: null, isStreaming: false, answering: null },
  });
  expect(page.all).toEqual(["b:waiting"]);
  expect(kept()).toEqual(["b"]);
});

it("forgets what is discarded, unless it is on its way", async () => {
  const page = new Page().write("a", "b");
  let release = () => {};
  page.held = new Promise((resolve) => (release = resolve));
  const flushed = page.waiting.flush();
  expect(page.waiting.discard("a")).toBe(false);
  expect(page.waiting.discard("b")).toBe(true);
  expect(page.waiting.discard("b")).toBe(false);
  release();
  await flushed;
  expect(page.attempts).toEqual(["a"]);
  expect(kept()).toEqual([]);
});

it("sends other words in the old place, under another id", async () => {
  const page = new Page().write("a", "b");
  page.waiting.reword("a", user("a2"));
  expect(page.all).toEqual(["a2:waiting", "b:waiting"]);
  expect(kept()).toEqual(["a2", "b"]);
  await page.waiting.flush();
  expect(page.attempts).toEqual(["a2", "b"]);
});
