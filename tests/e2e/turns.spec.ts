import { expectedAnswer } from "../support/mock-openai.ts";
import { runProcesses } from "../support/processes.ts";
import {
  answers,
  expectAnswer,
  prompt,
  questions,
  requestsFor,
  saidTo,
  send,
  startChat,
  untilSaved,
  untilWord,
} from "./conversation.ts";
import { expect, test } from "./fixtures.ts";

test("a conversation: the first turn, two on the live run, and one after the run has ended", async ({
  guest,
  model,
  stack,
}) => {
  const asked = ["words=60 rate=30", "words=8", "words=9", "words=10"].map(prompt);
  const [first = "", second = "", third = "", fourth = ""] = asked;

  await startChat(guest, first);
  await untilWord(answers(guest).first(), 10);
  await expect(guest.getByRole("button", { name: "Stop" })).toBeVisible();
  await expectAnswer(guest, 60);

  await send(guest, second);
  await expectAnswer(guest, 8, { nth: 1 });
  await send(guest, third);
  await expectAnswer(guest, 9, { nth: 2 });

  // The run has ended, and so has the warm spare.
  await untilSaved(guest);
  const { worker = 0 } = stack.pids();
  for (const pid of runProcesses(worker)) process.kill(pid, "SIGKILL");
  await expect.poll(() => runProcesses(worker).length, "a new spare").toBeGreaterThan(0);
  await send(guest, fourth);
  await expectAnswer(guest, 10, { nth: 3, within: 30_000 });

  expect(asked.map((text) => requestsFor(model, text).length)).toEqual([1, 1, 1, 1]);
  expect(saidTo(requestsFor(model, fourth)[0])).toEqual([
    first,
    expectedAnswer(60),
    second,
    expectedAnswer(8),
    third,
    expectedAnswer(9),
    fourth,
  ]);
  await expect(questions(guest)).toHaveText(asked);
  await expect(answers(guest)).toHaveCount(4);

  await guest.reload();
  await expect(questions(guest)).toHaveText(asked);
  await expect(answers(guest)).toHaveText([60, 8, 9, 10].map(expectedAnswer));
});
