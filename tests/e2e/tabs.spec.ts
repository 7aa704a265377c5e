import type { Page, Request } from "@playwright/test";
import { expectedAnswer } from "../support/mock-openai.ts";
import {
  chatIdOf,
  expectAnswer,
  isAlive,
  lastAnswer,
  prompt,
  questions,
  send,
  startChat,
  untilWord,
} from "./conversation.ts";
import { expect, test } from "./fixtures.ts";

test("three tabs of one browser share a connection, follow one another's turns, and go on when the one that holds it is closed", async ({
  guest,
  context,
  model,
}) => {
  // The first page connected before anybody counted: it is loaded again below.
  const open = new Set<Request>();
  context.on("request", (request) => new URL(request.url()).pathname === "/api/live" && open.add(request));
  context.on("requestfailed", (request) => open.delete(request));
  const [first, second, third] = ["words=4", "words=40 rate=40", "words=30"].map(prompt) as [string, string, string];
  await startChat(guest, first);
  await expectAnswer(guest, 4);
  const [other, another] = [await context.newPage(), await context.newPage()];
  for (const tab of [other, another]) {
    await tab.goto(`/chats/${chatIdOf(guest)}`);
    await isAlive(tab);
  }
  await guest.reload();
  await isAlive(guest);
  // Leaving the page freed the lock, so one of the others holds it now.
  await expect.poll(() => open.size).toBe(1);

  const goOn = model.hold(second, 10);
  await send(guest, second);
  for (const tab of [other, another]) {
    await expect(questions(tab)).toContainText([first, second]);
    await untilWord(lastAnswer(tab), 10);
  }
  goOn();
  for (const tab of [guest, other, another]) await expect(lastAnswer(tab)).toHaveText(expectedAnswer(40));
  expect(open.size).toBe(1);

  const [held] = open;
  const leader = held?.frame().page();
  const rest = [guest, other, another].filter((tab) => tab !== leader) as [Page, Page];
  await leader?.close();
  await expect.poll(() => [...open].filter((request) => request !== held).length).toBe(1);
  await send(rest[0], third);
  await expect(questions(rest[1])).toContainText([first, second, third]);
  for (const tab of rest) await expect(lastAnswer(tab)).toHaveText(expectedAnswer(30));
});
