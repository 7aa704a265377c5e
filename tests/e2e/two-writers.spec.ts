import { expectedAnswer } from "../support/mock-openai.ts";
import {
  act,
  answers,
  composer,
  editMessage,
  expectAnswer,
  expectBranch,
  expectSettled,
  lastAnswer,
  messageWith,
  nextBranch,
  onAnotherDevice,
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

test("a page that is out of date: its message goes to the branch it saw, and what is being written stays", async ({
  guest,
  model,
  newcomer,
}) => {
  const [first, second, edited, stale] = ["words=4", "words=5", "words=6", "words=7"].map(prompt) as [
    string,
    string,
    string,
    string,
  ];
  await startChat(guest, first);
  await expectAnswer(guest, 4);
  await send(guest, second);
  await expectAnswer(guest, 5, { nth: 1 });
  const other = await onAnotherDevice(guest, newcomer);
  await expectAnswer(other, 5, { nth: 1 });

  // It hears of nothing any more.
  await other.context().route("**/api/live*", (route) => route.abort());
  await other.context().route("**/api/chats/*", (route) => route.abort());
  await other.evaluate(() => dispatchEvent(new Event("online")));
  await editMessage(guest, messageWith(guest, second), edited);
  await expect(lastAnswer(guest)).toHaveText(expectedAnswer(6));
  await expectSettled(guest);
  await expect(messageWith(other, second)).toBeVisible();
  await send(other, stale);
  await expect(lastAnswer(other)).toHaveText(expectedAnswer(7));
  expect(saidTo(requestsFor(model, stale)[0])).toEqual([first, expectedAnswer(4), second, expectedAnswer(5), stale]);
  // The head went with it, and the first page follows.
  await expect(questions(guest)).toContainText([first, second, stale]);

  await composer(other).fill("what I am about to say");
  await other.context().unroute("**/api/live*");
  await other.context().unroute("**/api/chats/*");
  await nextBranch(messageWith(guest, second));
  await other.evaluate(() => dispatchEvent(new Event("online")));
  await expect(questions(other)).toContainText([first, edited]);
  await expect(composer(other)).toHaveValue("what I am about to say");
});

test("two devices edit the same message: both are answered, both stay, and both pages show the last", async ({
  guest,
  model,
  newcomer,
}) => {
  const [first, here, there] = ["words=4", "words=40 rate=20", "words=7"].map(prompt) as [string, string, string];
  await startChat(guest, first);
  await expectAnswer(guest, 4);
  const other = await onAnotherDevice(guest, newcomer);
  await expectAnswer(other, 4);
  for (const [page, text] of [
    [guest, here],
    [other, there],
  ] as const) {
    await act(questions(page).first(), "Edit message");
    await page.getByRole("textbox", { name: "Edit message" }).fill(text);
  }
  await Promise.all([guest, other].map((page) => page.getByRole("button", { name: "Save and send" }).click()));
  for (const page of [guest, other]) {
    await expectBranch(questions(page).first(), "/ 3");
    await expectSettled(page);
  }
  await expect.poll(() => requestsFor(model, here).length + requestsFor(model, there).length).toBe(2);
  const shown = await questions(guest).first().innerText();
  await expect(questions(other).first()).toHaveText(shown.replaceAll(/\s+/g, " "));
  await previousBranch(questions(guest).first());
  await expect(answers(guest)).toHaveCount(1);
  await previousBranch(questions(guest).first());
  await expect(lastAnswer(guest)).toHaveText(new RegExp(`^${expectedAnswer(4)}`));
});

test("an edit that is being written survives that somebody goes to another branch", async ({ guest, newcomer }) => {
  const [first, second, edited] = ["words=4", "words=5", "words=6"].map(prompt) as [string, string, string];
  await startChat(guest, first);
  await expectAnswer(guest, 4);
  await send(guest, second);
  await expectAnswer(guest, 5, { nth: 1 });
  const other = await onAnotherDevice(guest, newcomer);
  await act(messageWith(guest, second), "Edit message");
  const box = guest.getByRole("textbox", { name: "Edit message" });
  await box.fill("half a thought");
  await editMessage(other, messageWith(other, first), edited);
  await expect(questions(guest)).toContainText([edited]);
  await expect(box).toHaveCount(0);
  await guest.getByRole("button", { name: "Show edit" }).click();
  await expect(box).toHaveValue("half a thought");
});

test("an edit during a running answer stops it and is answered", async ({ guest, model }) => {
  const [first, second, edited] = ["words=4", "words=400 rate=20", "words=6"].map(prompt) as [string, string, string];
  await startChat(guest, first);
  await expectAnswer(guest, 4);
  await send(guest, second);
  await untilWord(lastAnswer(guest), 8);
  await editMessage(guest, messageWith(guest, second), edited);
  await expect(lastAnswer(guest)).toHaveText(expectedAnswer(6));
  await expectSettled(guest);
  await expect.poll(() => requestsFor(model, second)[0]?.abortedAt).toBeDefined();
  await previousBranch(messageWith(guest, edited));
  await expect(lastAnswer(guest)).toContainText("Stopped");
  await expect(lastAnswer(guest)).toContainText(/^w1 w2 .*w8 /);
});
