import type { Page, Request } from "@playwright/test";
import { expectedAnswer } from "../support/mock-openai.ts";
import { chatIdOf, expectAnswer, isAlive, lastAnswer, prompt, questions, send, startChat } from "./conversation.ts";
import { expect, test } from "./fixtures.ts";

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
