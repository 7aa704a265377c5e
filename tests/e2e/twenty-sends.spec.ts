import type { Page } from "@playwright/test";
import { expectedAnswer } from "../support/mock-openai.ts";
import {
  answers,
  composer,
  expectAnswer,
  expectSettled,
  messageWith,
  onAnotherDevice,
  prompt,
  questions,
  requestsFor,
  startChat,
  transcript,
} from "./conversation.ts";
import { expect, test } from "./fixtures.ts";

/** What each message says; a row far from the screen has other spaces. */
async function contents(page: Page): Promise<string[]> {
  const texts = await transcript(page).getByRole("article").allTextContents();
  return texts.map((text) => text.replaceAll(/\s+/g, " ").trim());
}

/** Has the page note when its transcript last said something else, in epoch milliseconds. */
async function watchTranscript(page: Page): Promise<() => Promise<number>> {
  await transcript(page).evaluate((log) => {
    Object.assign(globalThis, { changedAt: 0 });
    let said = log.textContent;
    const note = () => {
      if (log.textContent !== said) Object.assign(globalThis, { changedAt: Date.now() });
      said = log.textContent;
    };
    new MutationObserver(note).observe(log, { subtree: true, childList: true, characterData: true });
  });
  return () => page.evaluate(() => (globalThis as unknown as { changedAt: number }).changedAt);
}

test("two browsers send twenty messages, in turn and at the same time: both show the same, each answered once", async ({
  guest,
  model,
  newcomer,
}, info) => {
  const first = prompt("words=2");
  await startChat(guest, first);
  await expectAnswer(guest, 2);
  const other = await onAnotherDevice(guest, newcomer);
  const pages = [guest, other];
  const sent = [first];

  /** Each page sends one, all at once; ends when everybody has every answer. */
  async function sendFrom(...from: Page[]) {
    const messages = from.map((page) => ({ page, text: prompt("words=3") }));
    for (const { page, text } of messages) await composer(page).fill(text);
    await Promise.all(messages.map(({ page }) => composer(page).press("Enter")));
    sent.push(...messages.map(({ text }) => text));
    for (const page of pages) {
      for (const { text } of messages) await expect(messageWith(page, text)).toBeVisible();
      await expect(answers(page)).toHaveCount(sent.length);
      await expectSettled(page);
    }
  }

  for (let n = 0; n < 10; n++) await sendFrom(n % 2 === 0 ? guest : other);
  for (let n = 0; n < 4; n++) await sendFrom(guest, other);
  const changes = await Promise.all(pages.map(watchTranscript));
  await sendFrom(guest, other);

  await expect(questions(guest)).toHaveCount(21);
  await expect.poll(() => contents(other)).toEqual(await contents(guest));
  await expect(answers(guest)).toHaveText([2, ...Array<number>(20).fill(3)].map(expectedAnswer));
  expect([...(await questions(guest).allTextContents())].map((text) => text.trim()).sort()).toEqual([...sent].sort());
  expect(sent.map((text) => requestsFor(model, text).length)).toEqual(Array<number>(21).fill(1));
  const end = Math.max(...sent.map((text) => requestsFor(model, text)[0]?.finishedAt ?? 0));
  const changed = Math.max(...(await Promise.all(changes.map((changedAt) => changedAt()))));
  info.annotations.push({ type: "last change after the last chunk", description: `${changed - end} ms` });

  const shown = await contents(guest);
  await guest.reload();
  await expect.poll(() => contents(guest)).toEqual(shown);
});
