import { runProcesses } from "../support/processes.ts";
import { expectedAnswer } from "../support/mock-openai.ts";
import {
  answers,
  composer,
  expectAnswer,
  expectSettled,
  onAnotherDevice,
  prompt,
  questions,
  queued,
  requestsFor,
  startChat,
  type,
  untilWord,
} from "./conversation.ts";
import { expect, test } from "./fixtures.ts";

// Runs are killed, and answers are held for as long as a test likes.
test.use({ stackName: "held", modelTimeoutMs: 60_000 });

test("a message sent while the agent works goes into the answer at its next step, and is shown there", async ({
  guest,
  model,
  newcomer,
}) => {
  await startChat(guest, prompt("words=3"));
  await expectAnswer(guest, 3);
  // After it is let go on, the step lasts long enough for what is on its way to arrive.
  const script = "words=100 rate=20 tool=searchChats";
  const [question, steer] = [script, "words=4 say=nothing-else"].map(prompt) as [string, string];
  const release = model.hold(question, 4);
  await type(guest, question);
  await untilWord(answers(guest).last(), 4);
  const other = await onAnotherDevice(guest, newcomer);
  await type(guest, steer);
  // On every device, above the composer, until it is in.
  for (const page of [guest, other]) await expect(queued(page)).toHaveText(new RegExp(`Steering\\s*${steer}`));
  release();
  for (const page of [guest, other]) {
    const answer = answers(page).last();
    await expect(answer).toContainText(/w100.*Search chats.*Steered here.*nothing-else/s);
    await expect(answer.getByRole("article", { name: "You" })).toHaveText(new RegExp(steer));
    await expect(queued(page)).toHaveCount(0);
    await expectSettled(page);
  }
  await guest.reload();
  await expect(answers(guest).last()).toContainText(/w100.*Search chats.*Steered here.*nothing-else/s);
  await expect(questions(guest)).toHaveCount(3);

  const asked = model.requests.filter(({ messages }) => messages.some(({ content }) => content === steer));
  expect(asked).toHaveLength(1);
  expect(asked[0]?.messages.filter(({ content }) => content === steer)).toHaveLength(1);
});

test("a message sent while a head start is written goes into that answer, however soon its tool is done", async ({
  guest,
  model,
}) => {
  const [question, steer] = ["words=8 tool=searchChats", "words=4 say=nothing-else"].map(prompt) as [string, string];
  const release = model.hold(question, 4);
  await startChat(guest, question);
  await untilWord(answers(guest).last(), 4);
  await type(guest, steer);
  await expect(queued(guest)).toHaveText(new RegExp(`Steering\\s*${steer}`));
  release();
  await expect(answers(guest)).toHaveText(/w8.*Search chats.*Steered here.*nothing-else/s);
  await expectSettled(guest);
  expect(requestsFor(model, question).map(({ from, hasResult }) => [from, hasResult])).toEqual([[0, false]]);
});

test("a message that came too late for a step is the next turn, once, whoever reloads or dies meanwhile", async ({
  guest,
  model,
  stack,
}) => {
  await startChat(guest, prompt("words=3"));
  await expectAnswer(guest, 3);
  const [question, steer] = ["words=8 rate=50", "words=5"].map(prompt) as [string, string];
  const release = model.hold(question, 4);
  await type(guest, question);
  await untilWord(answers(guest).last(), 4);
  await type(guest, steer);
  await expect(queued(guest)).toHaveText(/Steering/);
  await guest.reload();
  await expect(queued(guest)).toHaveText(/Steering/);
  for (const pid of runProcesses(stack.pids().worker ?? 0)) process.kill(pid, "SIGKILL");
  await expect.poll(() => requestsFor(model, question).length, { timeout: 30_000 }).toBe(2);
  release();
  await expectAnswer(guest, 5, { within: 30_000 });
  await expect(answers(guest)).toHaveText([expectedAnswer(3), expectedAnswer(8), expectedAnswer(5)]);
  await expect(queued(guest)).toHaveCount(0);
  expect(requestsFor(model, steer)).toHaveLength(1);
});

test("Enter steers or queues, as one likes, and Ctrl+Enter does the other", async ({ guest, model }) => {
  const question = prompt("words=4");
  const release = model.hold(question, 2);
  await startChat(guest, question);
  await untilWord(answers(guest).last(), 2);
  for (const name of ["Stop", "Steer", "Queue", "Send"])
    await expect(guest.getByRole("button", { name, exact: true })).toBeVisible();
  await type(guest, "one", "Control+Enter");
  await expect(queued(guest)).toHaveText([/Queued\s*one/]);
  await guest.getByRole("button", { name: "More choices" }).click();
  await guest.getByRole("menuitemradio", { name: /^Enter queues/ }).click();
  await guest.reload();
  await composer(guest).fill("two");
  await composer(guest).press("Enter");
  await expect(queued(guest)).toHaveText([/Queued\s*one/, /Queued\s*two/]);
  for (const text of ["one", "two"])
    await queued(guest).filter({ hasText: text }).getByRole("button", { name: "Remove queued message" }).click();
  await expect(queued(guest)).toHaveCount(0);
  release();
  await expectAnswer(guest, 4);
  await guest.evaluate(() => localStorage.removeItem("skein:enter"));
});
