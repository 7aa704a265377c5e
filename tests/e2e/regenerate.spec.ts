import { expectedAnswer } from "../support/mock-openai.ts";
import {
  act,
  answers,
  expectAnswer,
  expectBranch,
  expectSettled,
  lastAnswer,
  previousBranch,
  prompt,
  questions,
  requestsFor,
  saidTo,
  send,
  startChat,
  untilWord,
} from "./conversation.ts";
import { expect, test } from "./fixtures.ts";

test("an answer is given again, by another model, and both stay", async ({ guest, model }) => {
  const [first, second] = ["words=5", "words=6"].map(prompt) as [string, string];
  await startChat(guest, first);
  await expectAnswer(guest, 5);
  await send(guest, second);
  await expectAnswer(guest, 6, { nth: 1 });

  await act(answers(guest).first(), "Choose another model");
  await guest.getByRole("menuitem", { name: /other/ }).click();
  await expectBranch(answers(guest).first(), "2 / 2");
  await expect(answers(guest)).toHaveCount(1);
  await expect(answers(guest)).toContainText([expectedAnswer(5)]);
  await expectSettled(guest);
  expect(requestsFor(model, first).map((request) => request.model)).toEqual(["numbered", "other"]);
  expect(saidTo(requestsFor(model, first)[1])).toEqual([first]);

  await guest.reload();
  await expectBranch(answers(guest).first(), "2 / 2");
  await previousBranch(answers(guest).first());
  await expect(answers(guest)).toContainText([5, 6].map(expectedAnswer));
  await expect(questions(guest)).toContainText([first, second]);
});

test("the keyboard chooses a model, or leaves it", async ({ guest, model }) => {
  const question = prompt("words=5");
  await startChat(guest, question);
  await expectAnswer(guest, 5);
  const button = lastAnswer(guest).getByRole("button", { name: "Choose another model" });
  await button.focus();
  await guest.keyboard.press("Enter");
  await expect(guest.getByRole("menu")).toBeVisible();
  await guest.keyboard.press("Escape");
  await expect(guest.getByRole("menu")).toHaveCount(0);
  await expect(button).toBeFocused();
  await guest.keyboard.press("Enter");
  const choice = guest.getByRole("menuitem", { name: /other/ });
  await expect(choice).toBeVisible();
  while (!(await choice.evaluate((item) => item === document.activeElement))) await guest.keyboard.press("ArrowDown");
  await guest.keyboard.press("Enter");
  await expectBranch(lastAnswer(guest), "2 / 2");
  await expectSettled(guest);
  expect(requestsFor(model, question).at(-1)?.model).toBe("other");
});

test("regenerating an answer while a later one is written stops that one, and what was written of it stays", async ({
  guest,
  model,
}) => {
  const [first, second] = ["words=5", "words=400 rate=20"].map(prompt) as [string, string];
  await startChat(guest, first);
  await expectAnswer(guest, 5);
  await send(guest, second);
  await untilWord(lastAnswer(guest), 8);
  await act(answers(guest).first(), "Regenerate");
  await expectBranch(answers(guest).first(), "2 / 2");
  await expect(lastAnswer(guest)).toHaveText(new RegExp(`^${expectedAnswer(5)}`));
  await expect(answers(guest)).toHaveCount(1);
  await expectSettled(guest);
  expect(saidTo(requestsFor(model, first)[1])).toEqual([first]);
  await expect.poll(() => requestsFor(model, second)[0]?.abortedAt).toBeDefined();
  await previousBranch(answers(guest).first());
  await expect(questions(guest)).toContainText([first, second]);
  await expect(lastAnswer(guest)).toContainText(/^w1 w2 .*w8 .*Stopped/);
});

test("a stopped answer goes on where it stopped, also for a page that comes in the middle", async ({
  guest,
  model,
}) => {
  const question = prompt("words=80 rate=20");
  await startChat(guest, question);
  await untilWord(lastAnswer(guest), 6);
  await guest.getByRole("button", { name: "Stop" }).click();
  await expect(lastAnswer(guest)).toContainText("Stopped");
  await lastAnswer(guest).getByRole("button", { name: "Continue" }).click();
  await untilWord(lastAnswer(guest), 20);
  await guest.reload();
  await expectAnswer(guest, 80);
  await guest.reload();
  await expectAnswer(guest, 80);
  expect(requestsFor(model, question)).toHaveLength(2);
  await expect(lastAnswer(guest)).not.toContainText("Stopped");
});
