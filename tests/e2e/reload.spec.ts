import { expectedAnswer } from "../support/mock-openai.ts";
import {
  answers,
  expectAnswer,
  lastAnswer,
  prompt,
  questions,
  requestsFor,
  send,
  startChat,
  untilWord,
} from "./conversation.ts";
import { expect, test } from "./fixtures.ts";

/** 300 words in 15 seconds, reloaded five times. */
const long = "words=300 rate=20";
const reloadsAt = [30, 80, 130, 180, 230];

test("five reloads in the middle of a chat's first answer", async ({ guest, model }) => {
  const question = prompt(long);
  await startChat(guest, question);
  for (const word of reloadsAt) {
    await untilWord(lastAnswer(guest), word);
    await guest.reload();
    await expect(questions(guest)).toHaveText([question]);
    await expect(guest.getByRole("button", { name: "Stop" })).toBeVisible();
  }
  await expectAnswer(guest, 300);
  await expect(answers(guest)).toHaveCount(1);
  expect(requestsFor(model, question)).toHaveLength(1);
});

test("five reloads in the middle of a later answer", async ({ guest, model }) => {
  const [first, second] = [prompt("words=5"), prompt(long)];
  await startChat(guest, first);
  await expectAnswer(guest, 5);
  await send(guest, second);
  for (const word of reloadsAt) {
    await untilWord(lastAnswer(guest), word);
    await guest.reload();
    await expect(questions(guest)).toHaveText([first, second]);
  }
  await expectAnswer(guest, 300);
  await expect(answers(guest)).toHaveText([expectedAnswer(5), expectedAnswer(300)]);
  expect(requestsFor(model, second)).toHaveLength(1);
});
