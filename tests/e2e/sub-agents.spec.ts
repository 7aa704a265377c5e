import type { Locator, Page } from "@playwright/test";
import { expectedAnswer } from "../support/mock-openai.ts";
import { runProcesses } from "../support/processes.ts";
import {
  answers,
  chatIdOf,
  expectSettled,
  lastAnswer,
  openNewChat,
  prompt,
  requestsFor,
  saidTo,
  startChat,
  untilWord,
} from "./conversation.ts";
import { expect, test } from "./fixtures.ts";
import { chats } from "./inbox.ts";

// Some of the stories kill runs.
test.use({ stackName: "sub-agents" });

/** An answer that says two words, hands this over to a sub-agent, and with its report says three more. */
const delegating = (question: string, more = "") =>
  prompt(
    `title=Asking words=2 rate=200 ${more} after=3 tool=deepResearch args=${JSON.stringify({ title: "Rivers", question })}`,
  );
const card = (page: Page) => lastAnswer(page).getByRole("group", { name: "Deep research" });
const log = (page: Page) => page.getByRole("log", { name: "Rivers transcript" });
const button = (within: Page | Locator, name: string) => within.getByRole("button", { name, exact: true });
const stateIn = (page: Page) => card(page).getByRole("button", { name: "Deep research" });

async function isWhole(page: Page) {
  await expect(stateIn(page).filter({ hasText: "Running" })).toHaveCount(0, { timeout: 30_000 });
  await expect(lastAnswer(page)).toContainText("w3 w4 w5");
  await expect(answers(page)).toHaveCount(1);
  await expectSettled(page);
}

test("a sub-agent's work is seen as it is done, on a page of its own as well, and its report alone is told", async ({
  guest: page,
  model,
}) => {
  const question = prompt("words=40 rate=20");
  const asked = delegating(question);
  await openNewChat(page);
  const chatId = await startChat(page, asked);
  await expect(stateIn(page)).toContainText("Running");
  await untilWord(log(page), 5);
  await card(page).getByRole("link", { name: "Open sub-agent" }).click();
  await expect.poll(() => chatIdOf(page)).toContain(`${chatId}_`);
  await untilWord(lastAnswer(page), 10);
  await expect(lastAnswer(page)).toContainText(expectedAnswer(40), { timeout: 15_000 });
  await expect(button(page, "Stop")).toHaveCount(0);
  await expect(page.getByRole("textbox", { name: "Message", exact: true })).toHaveCount(0);
  // It is no chat of the list, and finding words finds none of it.
  await expect(chats(page).getByRole("link", { name: /Rivers/ })).toHaveCount(0);
  await page.getByRole("link", { name: "Sub-agent of Asking" }).click();
  await expect.poll(() => chatIdOf(page)).toBe(chatId);
  await isWhole(page);
  await expect(stateIn(page)).toContainText("Done");
  await stateIn(page).click();
  await expect(card(page)).toContainText(expectedAnswer(40));
  const told = JSON.stringify(saidTo(requestsFor(model, asked).at(-1)));
  expect(told).toContain(expectedAnswer(40));
  expect(told).not.toContain("chatId");
});

test("a reload shows the same card, and Stop ends the sub-agent's request within a second", async ({
  guest: page,
  model,
}) => {
  const question = prompt("words=600 rate=10");
  await openNewChat(page);
  await startChat(page, delegating(question));
  await untilWord(log(page), 20);
  await page.reload();
  // All from the first word, and on from there.
  await untilWord(log(page), 25);
  await expect(log(page)).toContainText(expectedAnswer(25));
  const stopAt = Date.now();
  await button(page, "Stop").click();
  await expect.poll(() => requestsFor(model, question)[0]?.abortedAt).toBeGreaterThan(0);
  expect((requestsFor(model, question)[0]?.abortedAt ?? 0) - stopAt).toBeLessThan(1000);
  await expectSettled(page);
  await expect(stateIn(page)).toContainText("Stopped");
  await page.reload();
  await expect(stateIn(page)).toContainText("Stopped");
  await stateIn(page).click();
  await card(page).getByRole("link", { name: "Open sub-agent" }).click();
  await expect(lastAnswer(page)).toContainText(expectedAnswer(25));
  await expect(lastAnswer(page)).toContainText("Stopped");
});

test("a sub-agent is stopped alone, and the answer goes on with what it found", async ({ guest: page, model }) => {
  const question = prompt("words=600 rate=10");
  const asked = delegating(question);
  await openNewChat(page);
  await startChat(page, asked);
  await untilWord(log(page), 10);
  await button(card(page), "Cancel sub-agent").click();
  await isWhole(page);
  await expect(stateIn(page)).toContainText("Stopped");
  const told = JSON.stringify(saidTo(requestsFor(model, asked).at(-1)));
  expect(told).toContain(expectedAnswer(10));
  expect(told).toContain("stopped this research");
});

test("several work at once", async ({ guest: page, model }) => {
  const question = prompt("words=80 rate=5 n=%n");
  await openNewChat(page);
  await startChat(page, delegating(question, "calls=3"));
  await expect(log(page)).toHaveCount(3);
  for (const nth of [0, 1, 2]) await untilWord(log(page).nth(nth), 2);
  await isWhole(page);
  await expect(stateIn(page)).toHaveText([/Done/, /Done/, /Done/]);
  const asked = [1, 2, 3].map((n) => requestsFor(model, question.replace("%n", String(n)))[0]);
  const begins = asked.map((request) => request?.receivedAt ?? Infinity);
  const ends = asked.map((request) => request?.finishedAt ?? 0);
  expect(Math.max(...begins)).toBeLessThan(Math.min(...ends));
});

test("when all runs are killed, the sub-agent answers once more and the answer takes up its report", async ({
  guest: page,
  model,
  stack,
}) => {
  const question = prompt("words=60 rate=20");
  const asked = delegating(question);
  await openNewChat(page);
  await startChat(page, asked);
  await untilWord(log(page), 10);
  for (const pid of runProcesses(stack.pids().worker ?? 0)) process.kill(pid, "SIGKILL");
  await expect(stateIn(page)).toContainText("Done", { timeout: 60_000 });
  await expect(lastAnswer(page)).toContainText(expectedAnswer(3));
  await expectSettled(page);
  await expect(stateIn(page)).toHaveCount(1);
  await stateIn(page).click();
  await expect(card(page)).toContainText(expectedAnswer(60));
  // The call was not made again: the one that was begun went on.
  expect(requestsFor(model, asked).filter(({ hasResult }) => !hasResult)).toHaveLength(1);
  await page.reload();
  await expect(stateIn(page)).toContainText("Done");
});
