import { afterEach, expect, it, vi } from "vitest";
import type { MessageQueue } from "../tools/queue.ts";
import { foresee, type QueueOperation } from "./foresee-queue.ts";
import { PendingMessages } from "./pending-messages.svelte.ts";
import { QueueRefusal } from "./queue-requests.ts";

const words = (text: string) => [{ type: "text" as const, text }];
const until = (check: () => void) => vi.waitFor(check, { timeout: 5000, interval: 5 });

/** A server whose answers come when they are let. */
class Server {
  queue: MessageQueue = { isPaused: false, items: [] };
  readonly asked: (QueueOperation | "read")[] = [];
  failure: Error | undefined;
  #held: Promise<void> = Promise.resolve();
  let = () => {};

  hold() {
    this.#held = new Promise((resolve) => (this.let = resolve));
  }

  async answer(operation: QueueOperation | "read"): Promise<MessageQueue> {
    this.asked.push(operation);
    const { failure } = this;
    if (operation !== "read" && !failure) this.queue = foresee(this.queue, operation);
    const answer = structuredClone(this.queue);
    await this.#held;
    if (failure) throw failure;
    return answer;
  }
}

const server = new Server();
const shown = new Set<string>();
let pages: PendingMessages[] = [];
function open(): PendingMessages {
  const page = new PendingMessages("chat-1", structuredClone(server.queue), {
    readQueue: () => server.answer("read"),
    changeQueue: (_, operation) => server.answer(operation),
    model: () => "demo:skein",
    isShown: (id) => shown.has(id),
  });
  pages.push(page);
  return page;
}
const list = ({ items }: PendingMessages) =>
  items.map(
    ({ parts, progress }) => `${parts.map((part) => (part.type === "text" ? part.text : "")).join("")} ${progress}`,
  );

afterEach(() => {
  for (const page of pages) page.dispose();
  pages = [];
  Object.assign(server, { queue: { isPaused: false, items: [] }, failure: undefined });
  server.asked.length = 0;
  server.let();
  server.hold();
  server.let();
  shown.clear();
});

it("shows what the person does at once, and what the server says of it after that", async () => {
  const page = open();
  server.hold();
  const sent = [page.queue(words("a")), page.steer(words("b")), page.queue(words("c"))];
  expect(list(page)).toEqual(["b sending", "a sending", "c sending"]);
  server.let();
  expect(await Promise.all(sent)).toEqual([true, true, true]);
  expect(list(page)).toEqual(["b steering", "a waiting", "c waiting"]);
  expect(server.asked.map((one) => (one === "read" ? one : one.type))).toEqual(["add", "add", "add"]);
  expect(server.asked[0]).toMatchObject({ kind: "queue", model: "demo:skein" });
});

it("arranges, rewords, promotes and takes away", async () => {
  const page = open();
  for (const text of ["a", "b", "c"]) await page.queue(words(text));
  const [a = "", b = "", c = ""] = page.items.map(({ id }) => id);
  await page.move(c, 0);
  expect(list(page)).toEqual(["c waiting", "a waiting", "b waiting"]);
  await page.edit(a, words("A"));
  await page.remove(b);
  await page.promote(c);
  expect(list(page)).toEqual(["c steering", "A waiting"]);
  expect(server.queue.items.map(({ id }) => id)).toEqual([c, a]);
  const before = server.asked.length;
  await page.move(a, 0);
  expect(server.asked).toHaveLength(before);
});

it("keeps what could not be sent, to be sent again as the same message", async () => {
  const page = open();
  server.failure = new TypeError("fetch failed");
  expect(await page.steer(words("a"))).toBe(false);
  expect(list(page)).toEqual(["a not-sent"]);
  expect(page.problem).toMatch(/^The queue cannot be changed/);
  server.failure = undefined;
  const [{ id = "" } = {}] = page.items;
  expect(await page.retry(id)).toBe(true);
  expect(page.problem).toBeNull();
  expect(list(page)).toEqual(["a steering"]);
  expect(server.queue.items.map((item) => item.id)).toEqual([id]);
});

it("takes a change back that the server refuses, and says why", async () => {
  const page = open();
  await page.queue(words("a"));
  const [{ id = "" } = {}] = page.items;
  server.failure = new QueueRefusal("This message has been sent already.");
  server.hold();
  const edited = page.edit(id, words("b"));
  expect(list(page)).toEqual(["b waiting"]);
  server.let();
  expect(await edited).toBe(false);
  expect(list(page)).toEqual(["a waiting"]);
  expect(page.problem).toBe("This message has been sent already.");
});

it("believes no answer that is older than what was asked for since", async () => {
  const page = open();
  await page.queue(words("a"));
  server.hold();
  page.refresh();
  await until(() => expect(server.asked.at(-1)).toBe("read"));
  // The answer to that was made before this.
  const queued = page.queue(words("b"));
  page.refresh();
  page.refresh();
  server.let();
  await queued;
  await until(() => expect(server.asked.filter((one) => one === "read")).toHaveLength(2));
  expect(list(page)).toEqual(["a waiting", "b waiting"]);
});

it("looks again when a page says something else, and until it can", async () => {
  const page = open();
  server.queue = foresee(server.queue, {
    ...{ type: "add", kind: "queue" },
    message: { id: "elsewhere", parts: words("from elsewhere") },
  });
  server.failure = new TypeError("fetch failed");
  page.sync(server.queue);
  await until(() => expect(server.asked).toEqual(["read"]));
  server.failure = undefined;
  await until(() => expect(list(page)).toEqual(["from elsewhere waiting"]));
  page.sync(structuredClone(server.queue));
  expect(server.asked).toEqual(["read", "read"]);
});

it("leaves out what the conversation shows already", async () => {
  const page = open();
  await page.queue(words("a"));
  shown.add(page.items[0]?.id ?? "");
  await page.queue(words("b"));
  expect(list(page)).toEqual(["b waiting"]);
});
