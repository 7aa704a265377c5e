import type { Page } from "@playwright/test";
import {
  answers,
  expectAnswer,
  isAlive,
  lastAnswer,
  prompt,
  questions,
  requestsFor,
  startChat,
  untilWord,
} from "./conversation.ts";
import { expect, test } from "./fixtures.ts";

/** 25 seconds each, and no two of them alike. */
const WORDS = [250, 251, 252, 253, 254];

const linkTo = (page: Page, question: string) =>
  page.getByRole("navigation", { name: "Chats" }).getByRole("link", { name: question });

test("five chats generate at once while one goes from one to the other: each gets its own answer, complete", async ({
  guest,
  model,
}) => {
  const chats = WORDS.map((words) => ({ words, question: prompt(`words=${words} rate=10`) }));
  for (const [at, { question }] of chats.entries()) {
    if (at > 0) await guest.getByRole("link", { name: "New chat" }).click();
    await isAlive(guest);
    await startChat(guest, question);
    await untilWord(lastAnswer(guest), 1);
  }
  // No page is loaded again: what each shows is what its stream brings.
  await guest.evaluate(() => Object.assign(globalThis, { isSamePage: true }));
  const written = () => chats.filter(({ question }) => requestsFor(model, question)[0]?.finishedAt !== undefined);
  expect(written()).toEqual([]);
  while (written().length < chats.length)
    for (const { question } of chats) {
      await linkTo(guest, question).click();
      await expect(questions(guest)).toHaveText([question]);
      await untilWord(lastAnswer(guest), 1);
    }
  for (const { words, question } of chats) {
    await linkTo(guest, question).click();
    await expect(questions(guest)).toHaveText([question]);
    await expectAnswer(guest, words);
    await expect(answers(guest)).toHaveCount(1);
    expect(requestsFor(model, question)).toHaveLength(1);
  }
  expect(await guest.evaluate(() => (globalThis as { isSamePage?: boolean }).isSamePage)).toBe(true);
});
