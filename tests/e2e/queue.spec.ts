import { randomUUID } from "node:crypto";
import type { MessageQueue } from "../../src/lib/tools/queue.ts";
import { expectedAnswer } from "../support/mock-openai.ts";
import { answers, expectAnswer, prompt, questions, saidTo, send, startChat, untilWord } from "./conversation.ts";
import { expect, test } from "./fixtures.ts";

test("what waits has its turns in order, and what interrupts is the next", async ({ guest, model }) => {
  const first = prompt("words=3");
  const chatId = await startChat(guest, first);
  await expectAnswer(guest, 3);
  const long = prompt("words=200 rate=20");
  await send(guest, long);
  await untilWord(answers(guest).last(), 5);

  const enqueue = async (kind: string, text: string) => {
    const message = { id: randomUUID(), parts: [{ type: "text", text }] };
    const response = await guest.request.post(`/api/chats/${chatId}/queue`, { data: { kind, message } });
    expect(response.status()).toBe(200);
    return { id: message.id, queue: (await response.json()) as MessageQueue };
  };
  const [one, two, urgent] = ["words=4", "words=5", "words=6"].map(prompt) as [string, string, string];
  await enqueue("queue", two);
  const { id, queue } = await enqueue("queue", one);
  expect(queue.items.map((item) => item.state)).toEqual(["waiting", "waiting"]);
  const arranged = await guest.request.patch(`/api/chats/${chatId}/queue`, { data: { order: [id] } });
  expect(((await arranged.json()) as MessageQueue).items[0]?.id).toBe(id);
  await enqueue("interrupt", urgent);

  await expect(questions(guest)).toContainText([first, long, urgent, one, two]);
  await expectAnswer(guest, 5);
  const asked = model.requests
    .map((request) => request.prompt)
    .filter((text) => [long, urgent, one, two].includes(text));
  expect(asked).toEqual([long, urgent, one, two]);
  const said = saidTo(model.requests.find((request) => request.prompt === urgent));
  expect(said?.[3]).toMatch(/^w1 w2 w3 w4 w5\b/);
  expect(said?.[3]).not.toBe(expectedAnswer(200));
  const left = await guest.request.get(`/api/chats/${chatId}/queue`);
  expect(await left.json()).toEqual({ isPaused: false, items: [] });
});
