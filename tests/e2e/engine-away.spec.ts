import type { Page } from "@playwright/test";
import { expectedAnswer } from "../support/mock-openai.ts";
import type { Stack } from "../support/stack.ts";
import {
  answers,
  composer,
  expectAnswer,
  expectSettled,
  isAlive,
  openNewChat,
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

test.use({ stackName: "engine-away" });

const WITHIN_MS = 1000;
const notice = (page: Page) => page.getByText("Live status is unavailable. Chats open as usual.");

/** The engine takes connections and says nothing, as on a network that swallows everything. */
async function whileAway(stack: Stack, work: () => Promise<void>): Promise<void> {
  const { engine = 0 } = stack.pids();
  process.kill(engine, "SIGSTOP");
  try {
    await work();
  } finally {
    process.kill(engine, "SIGCONT");
  }
  expect(stack.pids().engine).toBe(engine);
}

/** Loads a page anew. Its answer, whole, is there within a second of the request. */
async function openSoon(page: Page, path: string): Promise<void> {
  const response = await page.goto(path, { waitUntil: "commit" });
  await response?.finished();
  expect(response?.status()).toBe(200);
  const { responseEnd = Infinity } = response?.request().timing() ?? {};
  expect(responseEnd, `ms to ${path}`).toBeLessThan(WITHIN_MS);
}

test("inbox and chats open within a second and say so; what is sent meanwhile waits and is answered once", async ({
  guest,
  model,
  stack,
}) => {
  const asked = ["words=5", "words=7", "words=9"].map(prompt) as [string, string, string];
  const chatId = await startChat(guest, asked[0]);
  await expectAnswer(guest, 5);
  await untilSaved(guest);
  const open = guest;
  const fresh = await guest.context().newPage();

  await whileAway(stack, async () => {
    await openSoon(fresh, "/");
    await expect(fresh.getByRole("navigation", { name: "Chats" }).getByRole("link", { name: asked[0] })).toBeVisible();
    await expect(notice(fresh)).toBeVisible();
    await openSoon(fresh, `/chats/${chatId}`);
    await expect(questions(fresh)).toHaveText([asked[0]]);
    await expect(answers(fresh)).toHaveText([expectedAnswer(5)]);
    await expect(notice(fresh)).toBeVisible();
    await isAlive(fresh);

    // In the page that was open before.
    await send(open, asked[1]);
    await expect(transcript(open).getByText("Sending…")).toBeVisible();
    await expect(open.getByRole("alert")).toHaveCount(0);
    expect(requestsFor(model, asked[1])).toHaveLength(0);
  });

  await expectAnswer(open, 7, { nth: 1, within: 30_000 });
  await expect(questions(fresh)).toHaveText(asked.slice(0, 2));
  await expectAnswer(fresh, 7, { nth: 1 });
  await expect(notice(fresh)).toBeHidden();
  expect(saidTo(requestsFor(model, asked[1])[0])).toEqual([asked[0], expectedAnswer(5), asked[1]]);
  expect(requestsFor(model, asked[1])).toHaveLength(1);
});

test("what is sent from a page that was opened meanwhile waits too", async ({ guest, model, stack }) => {
  const asked = ["words=5", "words=7"].map(prompt) as [string, string];
  const chatId = await startChat(guest, asked[0]);
  await expectAnswer(guest, 5);
  await untilSaved(guest);
  await whileAway(stack, async () => {
    await openSoon(guest, `/chats/${chatId}`);
    await isAlive(guest);
    await send(guest, asked[1]);
    await expect(transcript(guest).getByText("Sending…")).toBeVisible();
  });
  await expectAnswer(guest, 7, { nth: 1, within: 30_000 });
  await expect(questions(guest)).toHaveText(asked);
  expect(requestsFor(model, asked[1])).toHaveLength(1);
});

test("a new chat that is begun meanwhile opens with its question, and is answered once", async ({
  guest,
  model,
  stack,
}) => {
  const question = prompt("words=6");
  await whileAway(stack, async () => {
    await composer(guest).fill(question);
    await composer(guest).press("Enter");
    await expect(questions(guest)).toHaveText([question]);
    await expect(guest.getByRole("alert")).toHaveCount(0);
    await openNewChat(guest);
    await expect(guest.getByRole("navigation", { name: "Chats" }).getByRole("link", { name: question })).toBeVisible();
    await guest.goBack();
    await expect(questions(guest)).toHaveText([question]);
  });
  await expectAnswer(guest, 6, { within: 30_000 });
  await expect(questions(guest)).toHaveText([question]);
  expect(requestsFor(model, question)).toHaveLength(1);
});

test("an engine that refuses: what is sent waits without an alert, and goes out by itself, once", async ({
  guest,
  model,
}) => {
  const asked = ["words=5", "words=7", "words=9"].map(prompt) as [string, string, string];
  const chatId = await startChat(guest, asked[0]);
  await expectAnswer(guest, 5);
  await untilSaved(guest);
  // As the proxy and the web server say it: the embedded engine is never refused for long, because it is restarted.
  const refused = { "**/realtime/**": 502, "**/api/chats/*/token": 503 };
  for (const [url, status] of Object.entries(refused)) await guest.route(url, (route) => route.fulfill({ status }));
  await guest.goto(`/chats/${chatId}`);
  await isAlive(guest);
  for (const text of asked.slice(1)) {
    await composer(guest).fill(text);
    await composer(guest).press("Enter");
    await expect(questions(guest).last()).toContainText(text);
  }
  await expect(transcript(guest).getByText("Waiting for the connection")).toHaveCount(2);
  await expect(guest.getByRole("alert")).toHaveCount(0);
  expect(requestsFor(model, asked[1])).toHaveLength(0);

  for (const url of Object.keys(refused)) await guest.unroute(url);
  await expect(answers(guest)).toHaveText([5, 7, 9].map(expectedAnswer), { timeout: 30_000 });
  await expectSettled(guest);
  await expect(questions(guest)).toHaveText(asked);
  expect(asked.map((text) => requestsFor(model, text).length)).toEqual([1, 1, 1]);
});
