import { expectedAnswer } from "../support/mock-openai.ts";
import {
  act,
  answers,
  chatIdOf,
  composer,
  expectAnswer,
  expectBranch,
  expectSettled,
  lastAnswer,
  messageWith,
  prompt,
  questions,
  requestsFor,
  saidTo,
  send,
  startChat,
  transcript,
} from "./conversation.ts";
import { expect, test } from "./fixtures.ts";

test("the last exchange is undone and restored, and the model is told what is shown", async ({ guest, model }) => {
  const [first, second, third] = ["words=4", "words=5", "words=6"].map(prompt) as [string, string, string];
  await startChat(guest, first);
  await expectAnswer(guest, 4);
  await send(guest, second);
  await expectAnswer(guest, 5, { nth: 1 });
  await act(lastAnswer(guest), "Undo last exchange");
  await expect(questions(guest)).toContainText([first]);
  await expect(questions(guest)).toHaveCount(1);
  await expect(composer(guest)).toBeFocused();
  await guest.reload();
  await expect(questions(guest)).toHaveCount(1);
  await guest.getByRole("button", { name: "Restore" }).click();
  await expect(questions(guest)).toContainText([first, second]);
  await expectAnswer(guest, 5, { nth: 1 });

  await act(lastAnswer(guest), "Undo last exchange");
  await expect(questions(guest)).toHaveCount(1);
  await send(guest, third);
  await expect(lastAnswer(guest)).toHaveText(expectedAnswer(6));
  await expectSettled(guest);
  expect(saidTo(requestsFor(model, third)[0])).toEqual([first, expectedAnswer(4), third]);
  await expectBranch(messageWith(guest, third), "2 / 2");
});

test("everything is undone, and the chat begins anew", async ({ guest, model }) => {
  const [first, second] = ["words=4", "words=5"].map(prompt) as [string, string];
  await startChat(guest, first);
  await expectAnswer(guest, 4);
  await act(lastAnswer(guest), "Undo last exchange");
  await expect(transcript(guest).getByRole("article")).toHaveCount(0);
  await expect(guest.getByRole("button", { name: "Restore" })).toBeVisible();
  await send(guest, second);
  await expect(lastAnswer(guest)).toHaveText(expectedAnswer(5));
  await expectBranch(messageWith(guest, second), "2 / 2");
  expect(saidTo(requestsFor(model, second)[0])).toEqual([second]);
});

test("a fork begins like its source, says where it comes from, and goes its own way", async ({ guest, model }) => {
  const [first, second, third] = ["words=4", "words=5", "words=6"].map(prompt) as [string, string, string];
  const source = await startChat(guest, first);
  await expectAnswer(guest, 4);
  await send(guest, second);
  await expectAnswer(guest, 5, { nth: 1 });
  await act(answers(guest).first(), "Fork from here");
  await guest.waitForURL((url) => !url.pathname.endsWith(source));
  await expect(questions(guest)).toHaveCount(1);
  await expectAnswer(guest, 4);
  await send(guest, third);
  await expectAnswer(guest, 6, { nth: 1 });
  expect(saidTo(requestsFor(model, third)[0])).toEqual([first, expectedAnswer(4), third]);
  const fork = chatIdOf(guest);
  expect(fork).not.toBe(source);
  await guest.getByRole("link", { name: `Forked from ${first}` }).click();
  await guest.waitForURL(`**/${source}`);
  await expect(questions(guest)).toContainText([first, second]);
});

test("a fork from a question answers it there", async ({ guest, model }) => {
  const [first, second] = ["words=4", "words=5"].map(prompt) as [string, string];
  const source = await startChat(guest, first);
  await expectAnswer(guest, 4);
  await send(guest, second);
  await expectAnswer(guest, 5, { nth: 1 });
  await act(messageWith(guest, second), "Fork from here");
  await guest.waitForURL((url) => !url.pathname.endsWith(source));
  await expectAnswer(guest, 5, { nth: 1, within: 30_000 });
  expect(saidTo(requestsFor(model, second)[1])).toEqual([first, expectedAnswer(4), second]);
});
