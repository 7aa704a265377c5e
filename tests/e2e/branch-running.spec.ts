import type { Page } from "@playwright/test";
import { expectedAnswer } from "../support/mock-openai.ts";
import {
  act,
  editMessage,
  expectAnswer,
  expectBranch,
  expectSettled,
  hearAnnouncements,
  lastAnswer,
  messageWith,
  nextBranch,
  pickerOf,
  previousBranch,
  prompt,
  questions,
  requestsFor,
  send,
  startChat,
  untilWord,
} from "./conversation.ts";
import { expect, test } from "./fixtures.ts";

const words = "Another branch is being answered";
const elsewhere = (page: Page) => page.getByRole("paragraph").filter({ hasText: words });

test("one looks at another branch while an answer streams, and comes back to exactly its words", async ({
  guest,
  model,
}) => {
  const [first, edited] = ["words=4", "words=160 rate=20"].map(prompt) as [string, string];
  await startChat(guest, first);
  await expectAnswer(guest, 4);
  await editMessage(guest, questions(guest).first(), edited);
  await untilWord(lastAnswer(guest), 10);
  await previousBranch(questions(guest).first());
  await expect(lastAnswer(guest)).toHaveText(new RegExp(`^${expectedAnswer(4)}`));
  await expect(elsewhere(guest)).toBeVisible();
  await expect(pickerOf(questions(guest).first())).toContainText("Branch 2 is being answered");
  await nextBranch(questions(guest).first());
  await untilWord(lastAnswer(guest), 30);
  await expect(elsewhere(guest)).toHaveCount(0);
  await previousBranch(questions(guest).first());
  await guest.getByRole("button", { name: "Show", exact: true }).click();
  await untilWord(lastAnswer(guest), 60);
  await expect(questions(guest)).toContainText([edited]);
  await expectAnswer(guest, 160);
  expect(requestsFor(model, edited)).toHaveLength(1);
});

test("an answer that arrives while one looks elsewhere lands on its branch, marked, and moves nobody", async ({
  guest,
}) => {
  const [first, edited] = ["words=4", "words=50 rate=20"].map(prompt) as [string, string];
  await startChat(guest, first);
  await expectAnswer(guest, 4);
  await editMessage(guest, questions(guest).first(), edited);
  await untilWord(lastAnswer(guest), 5);
  const announcements = await hearAnnouncements(guest);
  await previousBranch(questions(guest).first());
  await expect(pickerOf(questions(guest).first())).toContainText("Branch 2 has a new answer");
  await expect(elsewhere(guest)).toHaveCount(0);
  await expect(questions(guest)).toContainText([first]);
  await expectBranch(questions(guest).first(), "1 / 2");
  await expect.poll(announcements).toContain(words);
  await guest.reload();
  await expect(pickerOf(questions(guest).first())).toContainText("Branch 2 has a new answer");
  await nextBranch(questions(guest).first());
  await expectAnswer(guest, 50);
  await previousBranch(questions(guest).first());
  await expect(lastAnswer(guest)).toHaveText(new RegExp(`^${expectedAnswer(4)}`));
  await expect(pickerOf(questions(guest).first())).not.toContainText("new answer");
});

test("a message on another branch waits for the answer that runs, and the one that runs can be stopped from there", async ({
  guest,
  model,
}) => {
  const [first, edited, second] = ["words=4", "words=400 rate=20", "words=6"].map(prompt) as [string, string, string];
  await startChat(guest, first);
  await expectAnswer(guest, 4);
  await editMessage(guest, questions(guest).first(), edited);
  await untilWord(lastAnswer(guest), 5);
  await previousBranch(questions(guest).first());
  await expect(elsewhere(guest)).toBeVisible();
  await send(guest, second);
  await expect(guest.getByText("Waiting for the other branch")).toBeVisible();
  await guest.getByRole("button", { name: "Stop", exact: true }).click();
  await expect(lastAnswer(guest)).toHaveText(expectedAnswer(6));
  await expectSettled(guest);
  await expect(questions(guest)).toContainText([first, second]);
  expect(requestsFor(model, second)).toHaveLength(1);
  await nextBranch(messageWith(guest, first));
  await expect(lastAnswer(guest)).toContainText("Stopped");
  await act(lastAnswer(guest), "Undo last exchange");
  await expect(guest.getByRole("button", { name: "Restore" })).toBeVisible();
});

test("switching leaves the fork where it is on the screen", async ({ guest }) => {
  const long = (words: number) => prompt(`words=${words} rate=5000`);
  await startChat(guest, long(900));
  await expectAnswer(guest, 900);
  const [fork, edited] = [long(60), long(1200)];
  await send(guest, fork);
  await expectAnswer(guest, 60, { nth: 1 });
  await send(guest, long(900));
  await expectAnswer(guest, 900, { nth: 2 });
  await editMessage(guest, messageWith(guest, fork), edited);
  await expect(lastAnswer(guest)).toHaveText(expectedAnswer(1200));
  await expectSettled(guest);

  await messageWith(guest, edited).evaluate((row) => row.scrollIntoView({ block: "center" }));
  const top = async (text: string) => (await messageWith(guest, text).boundingBox())?.y ?? NaN;
  const before = await top(edited);
  await previousBranch(messageWith(guest, edited));
  await expect(questions(guest)).toHaveCount(3);
  await expect.poll(async () => Math.abs((await top(fork)) - before)).toBeLessThan(2);
  await nextBranch(messageWith(guest, fork));
  await expect(questions(guest)).toHaveCount(2);
  await expect.poll(async () => Math.abs((await top(edited)) - before)).toBeLessThan(2);
});
