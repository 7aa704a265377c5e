import type { Page } from "@playwright/test";
import { expectedAnswer } from "../support/mock-openai.ts";
import { isAlive as isRunning, runProcesses } from "../support/processes.ts";
import type { ChildName, Stack } from "../support/stack.ts";
import {
  answers,
  expectAnswer,
  hearAnnouncements,
  lastAnswer,
  prompt,
  questions,
  send,
  startChat,
  untilWord,
} from "./conversation.ts";
import { expect, test } from "./fixtures.ts";

test.use({ stackName: "crash" });
test.describe.configure({ timeout: 180_000 });

/** A killed worker builds the agent again, and on a busy machine that takes most of the time. */
const RECOVERY_MS = 90_000;

const long = "words=90 rate=30";

/** Asks twice, strikes in the middle of the second answer, and never touches the page again until it is there. */
async function strikeInTheMiddle(page: Page, strike: () => void): Promise<string[]> {
  let loads = 0;
  page.on("domcontentloaded", () => loads++);
  const asked = [prompt("words=5"), prompt(long)];
  await startChat(page, asked[0] ?? "");
  await expectAnswer(page, 5);
  const announcements = await hearAnnouncements(page);
  await send(page, asked[1] ?? "");
  await untilWord(lastAnswer(page), 20);
  strike();
  await expectAnswer(page, 90, { within: RECOVERY_MS });
  await expect(questions(page)).toHaveText(asked);
  await expect(answers(page)).toHaveText([expectedAnswer(5), expectedAnswer(90)]);
  expect(loads, "page loads").toBe(0);
  await expect.poll(async () => (await announcements()).at(-1)).toBe("Response complete");
  return announcements();
}

/** The conversation goes on, and what was stored is what was shown. */
async function goOn(page: Page) {
  await send(page, prompt("words=7"));
  await expectAnswer(page, 7, { nth: 2, within: 30_000 });
  await page.reload();
  await expect(answers(page)).toHaveText([5, 90, 7].map(expectedAnswer));
}

const killRuns = (stack: Stack) => {
  for (const pid of runProcesses(stack.pids().worker ?? 0)) process.kill(pid, "SIGKILL");
};

const textOf = async (page: Page) => (await lastAnswer(page).innerText()).trim();

const isBack = (stack: Stack, name: ChildName, killed: number) =>
  expect.poll(() => stack.pids()[name] ?? killed, { message: `another ${name}`, timeout: 30_000 }).not.toBe(killed);

test("the run's process is killed in the middle of an answer", async ({ guest, stack }) => {
  const announcements = await strikeInTheMiddle(guest, () => killRuns(stack));
  expect(announcements).toContain("Recovering");
  await goOn(guest);
});

test("the worker is killed in the middle of an answer", async ({ guest, stack }) => {
  let killed = 0;
  const announcements = await strikeInTheMiddle(guest, () => (killed = stack.kill("worker")));
  expect(announcements).toContain("Recovering");
  await isBack(stack, "worker", killed);
  expect(isRunning(killed)).toBe(false);
  await goOn(guest);
});

test("the engine is killed in the middle of an answer", async ({ guest, stack }) => {
  let killed = 0;
  const { worker } = stack.pids();
  const announcements = await strikeInTheMiddle(guest, () => (killed = stack.kill("engine")));
  // The run waits for the next engine and goes on where it was.
  expect(announcements).not.toContain("Recovering");
  await isBack(stack, "engine", killed);
  expect(stack.pids().worker).toBe(worker);
  await goOn(guest);
});

test("the web server is killed in the middle of a head start", async ({ guest, stack }) => {
  const question = prompt(long);
  await startChat(guest, question);
  const announcements = await hearAnnouncements(guest);
  await untilWord(lastAnswer(guest), 20);
  const killed = stack.kill("web");
  await expectAnswer(guest, 90, { within: RECOVERY_MS });
  await isBack(stack, "web", killed);
  await expect(questions(guest)).toHaveText([question]);
  await expect(answers(guest)).toHaveText([expectedAnswer(90)]);
  // Still the same document.
  await expect.poll(async () => (await announcements()).at(-1)).toBe("Response complete");
});

for (const [victim, strike] of [
  ["run that waits for it", (stack: Stack) => killRuns(stack)],
  ["worker", (stack: Stack) => stack.kill("worker")],
  ["engine", (stack: Stack) => stack.kill("engine")],
] as const)
  test(`the ${victim} is killed in the middle of a head start`, async ({ guest, stack }) => {
    const question = prompt(long);
    await startChat(guest, question);
    await untilWord(lastAnswer(guest), 20);
    strike(stack);
    // Whole and settled: the words alone may still be those of the answer that nobody has taken over.
    const settled = async () => [await guest.getByRole("button", { name: "Stop" }).count(), await textOf(guest)];
    await expect.poll(settled, { timeout: RECOVERY_MS }).toEqual([0, expectedAnswer(90)]);
    await expect(questions(guest)).toHaveText([question]);
    await guest.reload();
    await expect(answers(guest)).toHaveText([expectedAnswer(90)]);
  });
