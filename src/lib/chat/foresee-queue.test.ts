import { expect, it } from "vitest";
import type { MessageQueue, QueuedMessage } from "../tools/queue.ts";
import { foresee, type QueueOperation } from "./foresee-queue.ts";

const words = (text: string) => [{ type: "text" as const, text }];
const item = (id: string, more: Partial<QueuedMessage> = {}): QueuedMessage => ({
  ...{ id, parts: words(id), model: null, kind: "queue", state: "waiting" },
  ...more,
});
const queue: MessageQueue = {
  isPaused: true,
  items: [item("s", { kind: "steer", state: "sent" }), item("a"), item("b"), item("c")],
};
const add = (id: string, kind: "queue" | "steer" | "interrupt"): QueueOperation => ({
  ...{ type: "add", kind, model: "demo:skein" },
  message: { id, parts: words(id) },
});
const ids = ({ items }: MessageQueue) => items.map(({ id }) => id);

it("puts a message where it will come", () => {
  expect(ids(foresee(queue, add("new", "queue")))).toEqual(["s", "a", "b", "c", "new"]);
  for (const kind of ["steer", "interrupt"] as const)
    expect(ids(foresee(queue, add("new", kind)))).toEqual(["s", "new", "a", "b", "c"]);
  expect(foresee(queue, add("new", "steer")).items[1]).toMatchObject({ kind: "steer", state: "sent" });
  expect(foresee(queue, add("new", "interrupt")).items[1]).toMatchObject({ kind: "queue", state: "sent" });
  expect(foresee(queue, add("a", "queue"))).toEqual(queue);
});

it("changes only what waits", () => {
  const edited = foresee(queue, { type: "edit", id: "b", parts: words("other") });
  expect(edited.items[2]?.parts).toEqual(words("other"));
  for (const operation of [
    { type: "edit", id: "s", parts: words("late") },
    { type: "remove", id: "s" },
    { type: "steer", id: "s" },
    { type: "remove", id: "gone" },
    { type: "order", order: ["s", "gone"] },
  ] satisfies QueueOperation[])
    expect(foresee(queue, operation)).toEqual(queue);
});

it("arranges what waits behind what is on its way", () => {
  expect(ids(foresee(queue, { type: "order", order: ["c", "a", "b"] }))).toEqual(["s", "c", "a", "b"]);
  expect(ids(foresee(queue, { type: "order", order: ["c"] }))).toEqual(["s", "c", "a", "b"]);
  expect(ids(foresee(queue, { type: "steer", id: "c" }))).toEqual(["s", "c", "a", "b"]);
  expect(ids(foresee(queue, { type: "remove", id: "b" }))).toEqual(["s", "a", "c"]);
  expect(foresee(queue, { type: "continue" }).isPaused).toBe(false);
});
