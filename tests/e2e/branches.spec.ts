import type { Page } from "@playwright/test";
import { runProcesses } from "../support/processes.ts";
import {
  editMessage,
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
  untilSaved,
} from "./conversation.ts";
import { expect, test } from "./fixtures.ts";

/** The check of the SDK's page on branching conversations: https://trigger.dev/docs/ai-chat/patterns/branching-conversations */
test("branches know nothing of each other: reloaded, after the run has ended, and in another browser", async ({
  guest,
  model,
  stack,
  newcomer,
}) => {
  const hello = prompt("say=Hello");
  const oslo = prompt("The destination is say=Oslo");
  const tokyo = prompt("The destination is say=Tokyo");

  /** Asks on the branch shown; the model must be told exactly that branch. */
  async function ask(page: Page, before: string[], nth: number) {
    const question = prompt(`say=told-${nth}`);
    await send(page, question);
    await expect(lastAnswer(page)).toHaveText(`told-${nth}`);
    await expectSettled(page);
    expect(saidTo(requestsFor(model, question)[0])).toEqual([...before, question]);
    return [...before, question, `told-${nth}`];
  }

  await startChat(guest, hello);
  await expect(lastAnswer(guest)).toHaveText("Hello");
  await send(guest, oslo);
  await expect(lastAnswer(guest)).toHaveText("Oslo");
  await expectSettled(guest);
  await editMessage(guest, messageWith(guest, oslo), tokyo);
  await expect(lastAnswer(guest)).toHaveText("Tokyo");
  await expectSettled(guest);
  let [first, second] = [
    [hello, "Hello", oslo, "Oslo"],
    [hello, "Hello", tokyo, "Tokyo"],
  ];

  await previousBranch(messageWith(guest, tokyo));
  await expectBranch(messageWith(guest, oslo), "1 / 2");
  first = await ask(guest, first, 1);
  await nextBranch(messageWith(guest, oslo));
  await expect(questions(guest)).toContainText([hello, tokyo]);
  second = await ask(guest, second, 2);

  await guest.reload();
  await expectBranch(messageWith(guest, tokyo), "2 / 2");
  second = await ask(guest, second, 3);
  await previousBranch(messageWith(guest, tokyo));
  await expect(lastAnswer(guest)).toHaveText("told-1");
  await guest.reload();
  await expectBranch(messageWith(guest, oslo), "1 / 2");
  first = await ask(guest, first, 4);

  // A fresh run knows only what the database says.
  await untilSaved(guest);
  const { worker = 0 } = stack.pids();
  for (const pid of runProcesses(worker)) process.kill(pid, "SIGKILL");
  await expect.poll(() => runProcesses(worker).length, "a new spare").toBeGreaterThan(0);
  first = await ask(guest, first, 5);

  const other = await onAnotherDevice(guest, newcomer);
  await expectBranch(messageWith(other, oslo), "1 / 2");
  await nextBranch(messageWith(other, oslo));
  await expect(lastAnswer(other)).toHaveText("told-3");
  // The head is one for all: this page follows.
  await expect(lastAnswer(guest)).toHaveText("told-3");
  await ask(other, second, 6);
  await expect(lastAnswer(guest)).toHaveText("told-6");
  await previousBranch(messageWith(guest, tokyo));
  await ask(guest, first, 7);
});

test("the first message has branches too, and the focus stays on the picker", async ({ guest }) => {
  const [one, two] = [prompt("say=One"), prompt("say=Two")];
  await startChat(guest, one);
  await expect(lastAnswer(guest)).toHaveText("One");
  // An edit during the turn would stop it, even after its last word.
  await expectSettled(guest);
  await editMessage(guest, questions(guest).first(), two);
  await expect(lastAnswer(guest)).toHaveText("Two");
  await expectSettled(guest);
  const picker = questions(guest).first().getByRole("group", { name: "Branches" });
  await picker.getByRole("button", { name: "Previous branch" }).focus();
  await guest.keyboard.press("Enter");
  await expect(questions(guest)).toContainText([one]);
  await expect(picker.getByRole("button", { name: "Previous branch" })).toBeFocused();
  await expect(lastAnswer(guest)).toHaveText("One");
  await picker.getByRole("button", { name: "Next branch" }).focus();
  await guest.keyboard.press("Enter");
  await expect(questions(guest)).toContainText([two]);
});
