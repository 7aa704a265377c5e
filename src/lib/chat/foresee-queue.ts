import type { SkeinMessage } from "../tools/message.ts";
import type { Enqueue, MessageQueue, QueuedMessage } from "../tools/queue.ts";

/** What a person does to the messages that wait. */
export type QueueOperation =
  | { type: "add"; message: Enqueue["message"]; kind: Enqueue["kind"]; model?: string }
  | { type: "edit"; id: string; parts: SkeinMessage["parts"] }
  | { type: "steer"; id: string }
  | { type: "remove"; id: string }
  /** All that wait, or some of them, which then come first. */
  | { type: "order"; order: string[] }
  | { type: "continue" };

/** The queue as it will be, as far as one can know before the server has said so. */
export function foresee(queue: MessageQueue, operation: QueueOperation): MessageQueue {
  const { items } = queue;
  const change = (id: string, more: Partial<QueuedMessage>) =>
    items.map((item) => (item.id === id && item.state === "waiting" ? { ...item, ...more } : item));
  switch (operation.type) {
    case "add":
      return { ...queue, items: add(items, operation) };
    case "edit":
      return { ...queue, items: change(operation.id, { parts: operation.parts }) };
    case "steer":
      return { ...queue, items: sentFirst(change(operation.id, { kind: "steer", state: "sent" })) };
    case "remove":
      return { ...queue, items: items.filter(({ id, state }) => id !== operation.id || state !== "waiting") };
    case "order":
      return { ...queue, items: sentFirst(arranged(items, operation.order)) };
    case "continue":
      return { ...queue, isPaused: false };
  }
}

/** Once, however often: it may be there already. */
function add(
  items: QueuedMessage[],
  { message, kind, model = null }: Pick<Enqueue, "message" | "kind"> & { model?: string | null },
): QueuedMessage[] {
  if (items.some(({ id }) => id === message.id)) return items;
  const { id, parts } = message;
  if (kind === "queue") return [...items, { id, parts, model, kind, state: "waiting" }];
  return sentFirst([...items, { id, parts, model, kind: kind === "steer" ? "steer" : "queue", state: "sent" }]);
}

function arranged(items: QueuedMessage[], order: string[]): QueuedMessage[] {
  const named = order.flatMap((id) => items.find((item) => item.id === id) ?? []);
  return [...named, ...items.filter((item) => !named.includes(item))];
}

/** What is on its way cannot be overtaken. */
function sentFirst(items: QueuedMessage[]): QueuedMessage[] {
  return [...items.filter(({ state }) => state === "sent"), ...items.filter(({ state }) => state === "waiting")];
}
