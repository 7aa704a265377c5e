import type { Page } from "@playwright/test";
import { expectedAnswer, expectedSummary, type MockOpenAI } from "../support/mock-openai.ts";
import { runProcesses } from "../support/processes.ts";
import {
  answers,
  editMessage,
  expectAnswer,
  isAlive,
  messageWith,
  previousBranch,
  prompt,
  questions,
  requestsFor,
  saidTo,
  send,
  startChat,
  transcript,
  untilSaved,
} from "./conversation.ts";
import { expect, test } from "./fixtures.ts";

/** The window of a model on an OpenAI-compatible server is 8192 tokens unless somebody says otherwise. */
const full = "tokens=7000";
const divider = (page: Page) => transcript(page).getByRole("separator");
const disclosure = (page: Page) =>
  transcript(page).getByRole("button", { name: "Earlier messages are summarised for the model" });
const summaryOf = (words: number) => `The beginning of this conversation, summarised:\n\n${expectedSummary(words)}`;
const summariesAbout = (model: MockOpenAI, question: string) =>
  model.requests.filter((request) => request.isSummary && request.prompt.includes(question));

/** The accessible things of a transcript from top to bottom. */
const order = (page: Page) =>
  transcript(page)
    .locator("article, hr")
    .evaluateAll((all) => all.map((one) => one.getAttribute("data-role") ?? "divider"));

test("a long conversation: the divider appears in the open page, and the model is told the summary and the rest", async ({
  guest,
  model,
}) => {
  const asked = ["words=4 swords=6", "words=5", `words=6 ${full}`].map(prompt);
  const [first = "", second = "", third = ""] = asked;
  await startChat(guest, first);
  await expectAnswer(guest, 4);
  await send(guest, second);
  await expectAnswer(guest, 5, { nth: 1 });
  await expect(divider(guest)).toHaveCount(0);
  await send(guest, third);
  await expectAnswer(guest, 6, { nth: 2 });

  await expect(divider(guest)).toHaveCount(1);
  expect(await order(guest)).toEqual(["user", "assistant", "divider", "user", "assistant", "user", "assistant"]);
  await expect(disclosure(guest)).toHaveAttribute("aria-expanded", "false");
  await disclosure(guest).focus();
  await guest.keyboard.press("Enter");
  await expect(disclosure(guest)).toHaveAttribute("aria-expanded", "true");
  await expect(transcript(guest).getByText(expectedSummary(6))).toBeVisible();
  await expect(questions(guest)).toHaveText(asked);
  await expect(answers(guest)).toHaveText([4, 5, 6].map(expectedAnswer));

  await guest.reload();
  await isAlive(guest);
  await expect(questions(guest)).toHaveText(asked);
  await expect(disclosure(guest)).toHaveAttribute("aria-expanded", "false");
  await disclosure(guest).click();
  await expect(transcript(guest).getByText(expectedSummary(6))).toBeVisible();

  const fourth = prompt("words=7");
  await send(guest, fourth);
  await expectAnswer(guest, 7, { nth: 3 });
  expect(saidTo(requestsFor(model, fourth)[0])).toEqual([
    ...[summaryOf(6), second, expectedAnswer(5), third, expectedAnswer(6), fourth],
  ]);
  await expect(transcript(guest).getByText(expectedSummary(6))).toBeVisible();
});

test("the branches of a long conversation: each has the summary of its own path, in the page and for the model", async ({
  guest,
  model,
}) => {
  const asked = ["words=4 swords=6", "words=5 swords=8", `words=6 ${full}`, `words=7 ${full}`].map(prompt);
  const [first = "", second = "", third = "", fourth = ""] = asked;
  const places = async () => (await order(guest)).flatMap((what, at) => (what === "divider" ? [at] : []));
  const dividerAfter = (answers: number) => expect.poll(places).toEqual([2 * answers]);
  await startChat(guest, first);
  await expectAnswer(guest, 4);
  await send(guest, second);
  await expectAnswer(guest, 5, { nth: 1 });
  await send(guest, third);
  await expectAnswer(guest, 6, { nth: 2 });
  await dividerAfter(1);
  await send(guest, fourth);
  await expectAnswer(guest, 7, { nth: 3 });
  await dividerAfter(2);

  const between = prompt("words=8");
  await editMessage(guest, messageWith(guest, second), between);
  await expectAnswer(guest, 8, { nth: 1 });
  await dividerAfter(1);
  expect(saidTo(requestsFor(model, between)[0])).toEqual([summaryOf(6), between]);
  const above = prompt("words=9");
  await editMessage(guest, messageWith(guest, first), above);
  await expectAnswer(guest, 9);
  await expect(divider(guest)).toHaveCount(0);
  expect(saidTo(requestsFor(model, above)[0])).toEqual([above]);

  await previousBranch(messageWith(guest, above));
  await dividerAfter(1);
  await previousBranch(messageWith(guest, between));
  await expect(questions(guest)).toContainText(asked);
  await dividerAfter(2);
  const below = prompt("words=10");
  await editMessage(guest, messageWith(guest, fourth), below);
  await expectAnswer(guest, 10, { nth: 3 });
  expect(saidTo(requestsFor(model, below)[0])).toEqual([summaryOf(8), third, expectedAnswer(6), below]);
  await guest.reload();
  await expect(questions(guest)).toContainText([first, second, third, below]);
  await dividerAfter(2);
});

test("a run that is killed while it summarises: nothing is lost, and the next turn's summary is the one", async ({
  guest,
  model,
  stack,
}) => {
  const asked = ["words=4 swords=6 sttft=2500", "words=5 sttft=0", `words=6 ${full}`].map(prompt);
  const [first = "", second = "", third = ""] = asked;
  await startChat(guest, first);
  await expectAnswer(guest, 4);
  await send(guest, second);
  await expectAnswer(guest, 5, { nth: 1 });
  await send(guest, third);
  await expectAnswer(guest, 6, { nth: 2 });
  await expect.poll(() => summariesAbout(model, first).length, "a summary is being written").toBe(1);
  // It begins while the turn is still being saved.
  await untilSaved(guest);
  const { worker = 0 } = stack.pids();
  for (const pid of runProcesses(worker)) process.kill(pid, "SIGKILL");

  const fourth = prompt(`words=7 ${full}`);
  await send(guest, fourth);
  await expectAnswer(guest, 7, { nth: 3, within: 30_000 });
  expect(saidTo(requestsFor(model, fourth)[0])).toHaveLength(7);
  expect(summariesAbout(model, first)[0]?.abortedAt).toBeDefined();
  await expect(divider(guest)).toHaveCount(1);
  expect((await order(guest)).indexOf("divider")).toBe(4);
  await expect(questions(guest)).toHaveText([...asked, fourth]);
  expect(asked.map((text) => requestsFor(model, text).length)).toEqual([1, 1, 1]);
});

test.describe("on a phone", () => {
  test.use({ viewport: { width: 360, height: 664 }, hasTouch: true, isMobile: true, colorScheme: "dark" });

  test("the divider stays where it is when its summary opens, and neither is wider than the screen", async ({
    page,
    model,
  }) => {
    const asked = ["words=4 swords=200", "words=5", `words=6 ${full}`].map(prompt);
    await page.goto("/");
    for (const [at, text] of asked.entries()) {
      await page.getByRole("textbox", { name: "Message", exact: true }).fill(text);
      await page.getByRole("button", { name: "Send" }).tap();
      await expectAnswer(page, 4 + at, { nth: at });
    }
    await expect.poll(() => summariesAbout(model, asked[0] ?? "").length).toBe(1);
    await disclosure(page).scrollIntoViewIfNeeded();
    const before = await disclosure(page).boundingBox();
    await disclosure(page).tap();
    await expect(transcript(page).getByText("s199 s200")).toBeVisible();
    const box = await disclosure(page).boundingBox();
    // One reads from the beginning, also where the conversation was at its end.
    expect(Math.abs((box?.y ?? 0) - (before?.y ?? 0))).toBeLessThan(2);
    expect(box?.height ?? 0).toBeGreaterThanOrEqual(32);
    expect(await transcript(page).evaluate((log) => log.scrollWidth - log.clientWidth)).toBeLessThanOrEqual(0);
  });
});
