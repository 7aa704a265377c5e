import { expectedAnswer } from "../support/mock-openai.ts";
import {
  act,
  answers,
  composer,
  editMessage,
  expectAnswer,
  expectBranch,
  expectSettled,
  messageWith,
  previousBranch,
  prompt,
  questions,
  requestsFor,
  saidTo,
  send,
  startChat,
} from "./conversation.ts";
import { expect, test } from "./fixtures.ts";

const editBox = "Edit message";

test("an earlier message is edited: its branch is answered, and the old one stays", async ({ guest, model }) => {
  const [first, second, third, edited] = ["words=4", "words=5", "words=6", "words=7"].map(prompt) as [
    string,
    string,
    string,
    string,
  ];
  await startChat(guest, first);
  await expectAnswer(guest, 4);
  await send(guest, second);
  await expectAnswer(guest, 5, { nth: 1 });
  await send(guest, third);
  await expectAnswer(guest, 6, { nth: 2 });

  await editMessage(guest, messageWith(guest, second), edited);
  await expectAnswer(guest, 7, { nth: 1 });
  await expect(questions(guest)).toContainText([first, edited]);
  await expectBranch(messageWith(guest, edited), "2 / 2");
  expect(saidTo(requestsFor(model, edited)[0])).toEqual([first, expectedAnswer(4), edited]);

  await guest.reload();
  await expectAnswer(guest, 7, { nth: 1 });
  await previousBranch(messageWith(guest, edited));
  await expect(answers(guest)).toContainText([4, 5, 6].map(expectedAnswer));
  await expect(questions(guest)).toContainText([first, second, third]);
  await expectBranch(messageWith(guest, second), "1 / 2");
  await guest.reload();
  await expect(questions(guest)).toContainText([first, second, third]);
});

test("the keyboard edits the last message, leaves it alone, and sends it", async ({ guest }) => {
  const [first, again] = ["words=4", "words=5"].map(prompt) as [string, string];
  await startChat(guest, first);
  await expectAnswer(guest, 4);
  await composer(guest).press("ArrowUp");
  const box = guest.getByRole("textbox", { name: editBox });
  await expect(box).toBeFocused();
  await expect(box).toHaveValue(first);
  await box.press("Escape");
  await expect(box).toHaveCount(0);
  await expect(questions(guest).last().getByRole("button", { name: editBox })).toBeFocused();

  await composer(guest).focus();
  await guest.keyboard.press("ArrowUp");
  await box.fill(again);
  await box.press("Enter");
  await expect(composer(guest)).toBeFocused();
  await expectAnswer(guest, 5);
  await expectBranch(questions(guest).last(), "2 / 2");
});

test("an edit that cannot be sent comes back with its text, and is sent by Retry", async ({ guest }) => {
  const [first, again] = ["words=4", "words=5"].map(prompt) as [string, string];
  await startChat(guest, first);
  await expectAnswer(guest, 4);
  await guest.route("**/in/append", (route) => route.abort());
  await act(questions(guest).first(), editBox);
  const box = guest.getByRole("textbox", { name: editBox });
  await box.fill(again);
  await guest.getByRole("button", { name: "Save and send" }).click();
  await expect(guest.getByRole("alert")).toContainText("Not sent");
  await expect(box).toHaveValue(again);
  await expect(answers(guest)).toContainText([expectedAnswer(4)]);

  await guest.unroute("**/in/append");
  await guest.getByRole("button", { name: "Retry" }).click();
  await expectAnswer(guest, 5);
  await expect(box).toHaveCount(0);
  await expect(questions(guest)).toContainText([again]);
});

test("editing twice quickly makes two branches, both answered or stopped, and ends on the second", async ({
  guest,
  model,
}) => {
  const [first, second, third] = ["words=4", "words=200 rate=20", "words=6"].map(prompt) as [string, string, string];
  await startChat(guest, first);
  await expectAnswer(guest, 4);
  await editMessage(guest, questions(guest).first(), second);
  await editMessage(guest, questions(guest).first(), third);
  await expectAnswer(guest, 6);
  await expectBranch(questions(guest).first(), "3 / 3");
  expect(requestsFor(model, third)).toHaveLength(1);
  expect(requestsFor(model, second).length).toBeLessThanOrEqual(1);
  await previousBranch(questions(guest).first());
  await expect(questions(guest)).toContainText([second]);
  await previousBranch(questions(guest).first());
  await expectAnswer(guest, 4);
  await expectSettled(guest);
});
