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
  untilSaved,
} from "./conversation.ts";
import { expect, test } from "./fixtures.ts";
import { addExchanges } from "./stored-answer.ts";

test("three tabs of one browser share a connection, follow one another's turns, and go on when the one that holds it is closed", async ({
  guest,
  context,
}) => {
  // The first page connected before anybody counted: it is loaded again below.
  const open = new Set<Request>();
  context.on("request", (request) => new URL(request.url()).pathname === "/api/live" && open.add(request));
  context.on("requestfailed", (request) => open.delete(request));
  const [first, second, third] = ["words=4", "words=60 rate=20", "words=30"].map(prompt) as [string, string, string];
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

  const others = await Promise.all([other, another].map(watchAnswers));
  await send(guest, second);
  for (const tab of [other, another]) await expect(questions(tab)).toContainText([first, second]);
  for (const tab of [guest, other, another]) await expect(lastAnswer(tab)).toHaveText(expectedAnswer(60));
  for (const partsSeen of others) expect(await partsSeen()).toBeGreaterThan(2);
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

/** How many parts of answers a page has shown since: none of them may be there by the time that anybody looks. */
async function watchAnswers(page: Page): Promise<() => Promise<number>> {
  const parts = await page.evaluateHandle(() => {
    const seen = new Set<string>();
    new MutationObserver(() => {
      const last = [...document.querySelectorAll("article[data-role=assistant]")].at(-1)?.textContent ?? "";
      const end = /w(\d+)\s*$/.exec(last)?.[1];
      if (end !== undefined) seen.add(end);
    }).observe(document.body, { subtree: true, childList: true, characterData: true });
    return seen;
  });
  return () => parts.evaluate((seen) => seen.size);
}

test("pages of a long chat are told what is new of it, and show the whole", async ({ guest, context, stack }) => {
  await startChat(guest, prompt("words=4"));
  await expectAnswer(guest, 4);
  await untilSaved(guest);
  await addExchanges(guest, stack, 20);
  const other = await context.newPage();
  const told: { after?: string; messages: unknown[] }[] = [];
  for (const tab of [guest, other])
    tab.on("response", async (response) => {
      if (response.status() !== 200 || new URL(response.url()).pathname !== `/api/chats/${chatIdOf(guest)}`) return;
      told.push((await response.json()) as (typeof told)[0]);
    });
  for (const tab of [guest, other]) {
    await tab.goto(`/chats/${chatIdOf(guest)}`);
    await isAlive(tab);
  }
  for (const words of [5, 6]) {
    await send(guest, prompt(`words=${words}`));
    await untilSaved(guest);
    for (const tab of [guest, other]) await expect(lastAnswer(tab)).toHaveText(expectedAnswer(words));
  }
  await expect.poll(() => told.length).toBeGreaterThan(1);
  for (const { after, messages } of told) {
    expect(after).toBeDefined();
    expect(messages.length).toBeLessThan(12);
  }
  const ids = (tab: Page) =>
    tab.getByRole("article").evaluateAll((all) => all.map((it) => (it as HTMLElement).dataset.messageId));
  const before = await Promise.all([guest, other].map(ids));
  await guest.reload();
  await isAlive(guest);
  const whole = await ids(guest);
  expect(whole).toHaveLength(46);
  expect(before).toEqual([whole, whole]);
});
