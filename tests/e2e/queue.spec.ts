import { expectedAnswer } from "../support/mock-openai.ts";
import {
  answers,
  composer,
  expectAnswer,
  expectSettled,
  lastAnswer,
  prompt,
  questions,
  queued,
  requestsFor,
  saidTo,
  startChat,
  type,
  untilWord,
} from "./conversation.ts";
import { expect, test } from "./fixtures.ts";

// A worker is killed, and answers are held for as long as a test likes.
test.use({ stackName: "held", modelTimeoutMs: 60_000 });

test("what waits is arranged, and has its turns in that order, without the page and after a crash", async ({
  guest,
  model,
  stack,
}) => {
  const long = prompt("words=40 rate=50");
  const release = model.hold(long, 5);
  await startChat(guest, long);
  await untilWord(lastAnswer(guest), 5);
  const [one, two, three] = ["words=4", "words=5", "words=6"].map(prompt) as [string, string, string];
  for (const text of [one, two, three]) await type(guest, text, "Control+Enter");
  const item = (text: string) => queued(guest).filter({ hasText: text });
  await expect(queued(guest)).toHaveText([one, two, three].map((text) => new RegExp(`Queued\\s*${text}`)));

  await item(three).getByRole("button", { name: "Move up" }).click();
  await item(three).getByRole("button", { name: "Move up" }).click();
  await item(two).getByRole("button", { name: "Edit queued message" }).click();
  const edited = prompt("words=7");
  await guest.getByRole("textbox", { name: "Queued message" }).fill(edited);
  await guest.getByRole("textbox", { name: "Queued message" }).press("Enter");
  await item(one).getByRole("button", { name: "Remove queued message" }).click();
  await expect(queued(guest)).toHaveText([three, edited].map((text) => new RegExp(`Queued\\s*${text}`)));
  await expect(composer(guest)).toBeFocused();

  const url = guest.url();
  await guest.reload();
  await expect(queued(guest)).toHaveText([three, edited].map((text) => new RegExp(`Queued\\s*${text}`)));
  await guest.goto("about:blank");
  stack.kill("worker");
  release();
  await expect.poll(() => requestsFor(model, edited)[0]?.finishedAt, { timeout: 60_000 }).toBeDefined();
  await guest.goto(url);
  await expectAnswer(guest, 7);
  await expect(questions(guest)).toHaveText([long, three, edited]);
  await expect(answers(guest)).toHaveText([40, 6, 7].map(expectedAnswer));
  expect([one, two].flatMap((text) => requestsFor(model, text))).toEqual([]);
  expect([three, edited].map((text) => requestsFor(model, text).length)).toEqual([1, 1]);
});

test("Stop pauses what waits until the person goes on", async ({ guest, model }) => {
  const long = prompt("words=200");
  model.hold(long, 5);
  await startChat(guest, long);
  await untilWord(lastAnswer(guest), 5);
  const next = prompt("words=4");
  await type(guest, next, "Control+Enter");
  await expect(queued(guest)).toHaveText(/Queued/);
  await guest.getByRole("button", { name: "Stop", exact: true }).click();
  await expectSettled(guest);
  await expect(guest.getByText("The queue is paused")).toBeVisible();
  // What is sent by hand is answered all the same.
  const byHand = prompt("words=3");
  await type(guest, byHand);
  await expectAnswer(guest, 3);
  await expect(queued(guest)).toHaveText(/Queued/);
  expect(requestsFor(model, next)).toHaveLength(0);
  await guest.getByRole("button", { name: "Continue", exact: true }).last().click();
  await expectAnswer(guest, 4);
  await expect(questions(guest)).toHaveText([long, byHand, next]);
});

test("a message that interrupts ends the answer and is the next turn, before all that waits", async ({
  guest,
  model,
}) => {
  await startChat(guest, prompt("words=3"));
  await expectAnswer(guest, 3);
  const long = prompt("words=200");
  model.hold(long, 5);
  await type(guest, long);
  await untilWord(lastAnswer(guest), 5);
  const [waits, urgent] = ["words=4", "words=6"].map(prompt) as [string, string];
  await type(guest, waits, "Control+Enter");
  await expect(queued(guest)).toHaveText(/Queued/);
  await composer(guest).fill(urgent);
  await guest.getByRole("button", { name: "More choices" }).click();
  await guest.getByRole("menuitem", { name: "Interrupt and send" }).click();
  await expect(questions(guest)).toContainText([long, urgent, waits]);
  await expectAnswer(guest, 4);
  const said = saidTo(requestsFor(model, urgent)[0]);
  expect(said?.at(-2)).toMatch(/^w1 w2 w3 w4 w5\b/);
  expect(said?.at(-2)).not.toBe(expectedAnswer(200));
  expect(requestsFor(model, long)[0]?.abortedAt).toBeDefined();
});
