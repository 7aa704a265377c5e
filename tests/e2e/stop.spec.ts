import type { BrowserContext, Page } from "@playwright/test";
import { expectedAnswer, type MockOpenAI } from "../support/mock-openai.ts";
import {
  answers,
  expectAnswer,
  expectSettled,
  isAlive,
  lastAnswer,
  onAnotherDevice,
  prompt,
  questions,
  requestsFor,
  saidTo,
  send,
  startChat,
  untilWord,
} from "./conversation.ts";
import { expect, test } from "./fixtures.ts";

// Answers are held for as long as a test likes.
test.use({ stackName: "held", modelTimeoutMs: 60_000 });

const TURNS = [
  ["first", []],
  ["second", ["words=4"]],
] as const;

const pressStop = (page: Page) => page.getByRole("button", { name: "Stop" }).click();

/** The next answer was asked for with the answer that was stopped: a beginning of what the model had sent. */
function expectToldPartial(model: MockOpenAI, stopped: string, next: string, words: number) {
  const told = saidTo(requestsFor(model, next)[0]) ?? [];
  expect(told.slice(-3)).toEqual([stopped, expect.any(String), next]);
  const partial = told.at(-2) ?? "";
  expect(expectedAnswer(requestsFor(model, stopped)[0]?.sent ?? 0).startsWith(partial)).toBe(true);
  expect(partial.split(" ").length).toBeGreaterThanOrEqual(words);
}

for (const [turn, before] of TURNS)
  test(`Stop ends the ${turn} answer, keeps what was written, and the next message is answered`, async ({
    guest,
    model,
  }) => {
    const stopped = prompt("words=600 rate=30");
    for (const script of before) {
      await startChat(guest, prompt(script));
      await expectAnswer(guest, 4);
    }
    await send(guest, stopped);
    await untilWord(lastAnswer(guest), 15);
    await pressStop(guest);
    await expectSettled(guest);
    await expect(lastAnswer(guest)).toHaveText(/^w1 w2 .* w15 .*Stopped\s+Continue\s*$/);
    // The provider is not left generating for nobody.
    await expect.poll(() => requestsFor(model, stopped)[0]?.abortedAt).toBeDefined();
    const kept = requestsFor(model, stopped)[0]?.sent ?? 0;
    expect(kept).toBeLessThan(300);

    const next = prompt("words=6");
    await send(guest, next);
    await expectAnswer(guest, 6);
    expectToldPartial(model, stopped, next, 15);
    await guest.reload();
    await expect(answers(guest)).toHaveCount(before.length + 2);
    const text = await answers(guest).nth(before.length).innerText();
    const words = text.replace(/\s+/g, " ").replace(/ ?Stopped.*$/, "");
    // A beginning of the answer, with nothing lost or doubled, and no longer than what the model had sent.
    expect(expectedAnswer(kept).startsWith(words)).toBe(true);
    expect(words.split(" ").length).toBeGreaterThanOrEqual(15);
    expect(text).toContain("Stopped");
    expect(requestsFor(model, stopped)).toHaveLength(1);
  });

for (const [turn, before] of TURNS)
  test(`Stop before the first word of the ${turn} answer leaves the question, and the next message is answered`, async ({
    guest,
    model,
  }) => {
    const stopped = prompt("hang");
    for (const script of before) {
      await startChat(guest, prompt(script));
      await expectAnswer(guest, 4);
    }
    await send(guest, stopped);
    await expect.poll(() => requestsFor(model, stopped).length).toBe(1);
    await pressStop(guest);
    await expectSettled(guest);
    await expect.poll(() => requestsFor(model, stopped).at(-1)?.abortedAt).toBeDefined();
    const next = prompt("words=6");
    await send(guest, next);
    await expectAnswer(guest, 6);
    expect(saidTo(requestsFor(model, next)[0])?.slice(-2)).toEqual([stopped, next]);
    await guest.reload();
    await expect(questions(guest)).toHaveCount(before.length + 2);
    await expect(answers(guest)).toHaveCount(before.length + 1);
    expect(requestsFor(model, stopped)).toHaveLength(1);
  });

const reloaded = async (page: Page) => {
  await page.reload();
  await isAlive(page);
  return page;
};
const onADevice = (page: Page, newcomer: () => Promise<BrowserContext>) => onAnotherDevice(page, newcomer);

for (const [where, go] of [
  ["after a reload", reloaded],
  ["from another device", onADevice],
] as const)
  test(`Stop works ${where}, and a message sent at once follows what was written`, async ({
    guest,
    model,
    newcomer,
  }) => {
    const stopped = prompt("words=600");
    // However long it takes to get there, the answer is not over.
    model.hold(stopped, 10);
    await send(guest, stopped);
    await untilWord(lastAnswer(guest), 10);
    const page = await go(guest, newcomer);
    await untilWord(lastAnswer(page), 10);
    await pressStop(page);
    const next = prompt("words=6");
    await send(page, next);
    await expectAnswer(page, 6);
    expectToldPartial(model, stopped, next, 10);
    expect(requestsFor(model, stopped)[0]?.abortedAt).toBeDefined();
    await expect(answers(page).first()).toContainText("Stopped");
    await expectAnswer(guest, 6);
    await expect(answers(guest)).toHaveCount(2);
  });
