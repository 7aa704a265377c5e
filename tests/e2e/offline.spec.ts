import type { Page } from "@playwright/test";
import { expectedAnswer } from "../support/mock-openai.ts";
import { startWire, type Wire } from "../support/wire.ts";
import {
  answers,
  composer,
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
  transcript,
  untilWord,
} from "./conversation.ts";
import { expect, test } from "./fixtures.ts";

const OFFLINE_MS = 20_000;

interface Watch {
  offlineAt?: number;
  /** The first banner of all, and when it came. */
  banner?: { text: string; at: number };
}
type Watched = typeof globalThis & { watch: Watch };

/** Has the page note by its own clock when it goes offline and when a banner comes. */
async function watchBanner(page: Page): Promise<void> {
  await page.evaluate(() => {
    const watch: Watch = {};
    Object.assign(globalThis, { watch });
    addEventListener("offline", () => (watch.offlineAt = performance.now()));
    new MutationObserver(() => {
      const said = [...document.querySelectorAll("[role=status]")].map((region) => region.textContent?.trim() ?? "");
      const text = said.find((words) => /^(Offline|Reconnecting)$/.test(words));
      if (text !== undefined) watch.banner ??= { text, at: performance.now() };
    }).observe(document.body, { subtree: true, childList: true, characterData: true });
  });
}

const cuttable = test.extend<{ wire: Wire }>({
  wire: async ({ stack }, use) => {
    const wire = await startWire(stack.url);
    await use(wire);
    await wire.close();
  },
  baseURL: async ({ wire }, use) => use(wire.url),
});

cuttable(
  "airplane mode for 20 s in mid-answer: a banner after 1.5 s, then the exact text",
  async ({ guest, model, wire }) => {
    const question = prompt("words=500 rate=20");
    await startChat(guest, question);
    await untilWord(lastAnswer(guest), 30);
    await watchBanner(guest);
    await guest.context().setOffline(true);
    wire.cut();
    await guest.waitForFunction(
      (ms) => performance.now() - ((globalThis as Watched).watch.offlineAt ?? Infinity) > ms,
      OFFLINE_MS,
    );
    const { offlineAt = 0, banner } = await guest.evaluate(() => (globalThis as Watched).watch);
    expect(banner?.text).toBe("Offline");
    const after = (banner?.at ?? 0) - offlineAt;
    expect(after).toBeGreaterThanOrEqual(1500);
    expect(after).toBeLessThan(2500);
    await expect(guest.getByRole("status").getByText("Offline")).toBeVisible();
    await expect(lastAnswer(guest)).not.toContainText(/\bw200\b/);

    wire.mend();
    await guest.context().setOffline(false);
    await expect(guest.getByText("Offline")).toBeHidden();
    await expectAnswer(guest, 500, { within: 30_000 });
    await expect(questions(guest)).toHaveText([question]);
    await expect(answers(guest)).toHaveCount(1);
    expect(requestsFor(model, question)).toHaveLength(1);
  },
);

const waiting = (page: Page) => transcript(page).getByText("Waiting for the connection");

/** Writes messages one after another, each shown before the next. */
async function write(page: Page, ...texts: string[]): Promise<void> {
  for (const text of texts) {
    await composer(page).fill(text);
    await composer(page).press("Enter");
    await expect(questions(page).last()).toContainText(text);
    await expect(composer(page)).toHaveValue("");
  }
}

test("messages that are written offline wait, and go out in order when the connection is back", async ({
  guest,
  model,
}) => {
  const [first, ...later] = ["words=3", "words=4", "words=5", "words=6"].map(prompt) as [string, ...string[]];
  await startChat(guest, first);
  await expectAnswer(guest, 3);
  await guest.context().setOffline(true);
  await write(guest, ...later);
  await expect(waiting(guest)).toHaveCount(3);
  await expect(guest.getByRole("alert")).toHaveCount(0);
  await questions(guest).nth(2).hover();
  await questions(guest).nth(2).getByRole("button", { name: "Discard" }).click();
  await expect(waiting(guest)).toHaveCount(2);

  await guest.context().setOffline(false);
  await expect(answers(guest)).toHaveText([3, 4, 6].map(expectedAnswer), { timeout: 30_000 });
  await expectSettled(guest);
  const [second = "", discarded = "", third = ""] = later;
  await expect(questions(guest)).toHaveText([first, second, third]);
  expect(later.map((text) => requestsFor(model, text).length)).toEqual([1, 0, 1]);
  expect(saidTo(requestsFor(model, third)[0])).toEqual([first, expectedAnswer(3), second, expectedAnswer(4), third]);
  expect(requestsFor(model, discarded)).toEqual([]);
});

test("messages that wait survive that their tab is closed", async ({ guest, model }) => {
  const [first, second, third] = ["words=3", "words=4", "words=5"].map(prompt) as [string, string, string];
  await startChat(guest, first);
  await expectAnswer(guest, 3);
  await guest.context().setOffline(true);
  await write(guest, second, third);
  await expect(waiting(guest)).toHaveCount(2);
  const address = guest.url();
  await guest.close();
  await guest.context().setOffline(false);

  const page = await guest.context().newPage();
  await page.goto(address);
  await isAlive(page);
  await expect(answers(page)).toHaveText([3, 4, 5].map(expectedAnswer), { timeout: 30_000 });
  await expect(questions(page)).toHaveText([first, second, third]);
  await expect(composer(page)).toHaveValue("");
  expect([second, third].map((text) => requestsFor(model, text).length)).toEqual([1, 1]);
});

test("a conversation stays on the page when the inbox cannot be read again", async ({ guest, newcomer }) => {
  await startChat(guest, prompt("words=3"));
  await expectAnswer(guest, 3);
  const other = await onAnotherDevice(guest, newcomer);
  const refused = guest.waitForEvent("requestfailed", (request) => request.url().includes("/api/inbox"));
  await guest.route(/__data\.json|\/api\/inbox/, (route) => route.abort());
  await send(other, prompt("words=4"));
  await refused;
  await expectAnswer(guest, 4);
  await expect(guest.getByRole("navigation", { name: "Chats" })).toBeVisible();
});
