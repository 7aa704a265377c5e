import type { Locator, Page } from "@playwright/test";
import {
  answers,
  composer,
  expectSettled,
  hearAnnouncements,
  isAlive,
  lastAnswer,
  openNewChat,
  prompt,
  send,
  startChat,
  transcript,
  untilWord,
} from "./conversation.ts";
import { expect, test } from "./fixtures.ts";
import { linkOf } from "./inbox.ts";

const button = (within: Page | Locator, name: string) => within.getByRole("button", { name, exact: true });

/** What reads itself out. An alert in the message that failed is meant to. */
const LIVE = "[aria-live]:not([aria-live=off]), [role=status], [role=log]:not([aria-live=off]), [role=timer]";

test("a screen reader is told each boundary once and no word of an answer, and the focus stays where one writes", async ({
  guest: page,
}) => {
  const target = await startChat(page, prompt("words=1 title=Before"));
  await expect(linkOf(page, "Before w1")).toBeVisible();
  await expectSettled(page);
  await openNewChat(page);
  const announcements = await hearAnnouncements(page);
  const told: string[] = [];
  async function isTold(...expected: string[]) {
    told.push(...expected);
    await expect.poll(announcements).toEqual(told);
    await expect(transcript(page).locator(LIVE)).toHaveCount(0);
  }

  // A tool that needs approval: what is asked is said, and the focus is not taken there.
  const args = JSON.stringify({ changes: [{ action: "rename", chatId: target, title: "After" }] });
  await startChat(page, prompt(`words=200 rate=200 after=40 tool=tidyInbox args=${args}`));
  const card = lastAnswer(page).getByRole("group", { name: "Tidy inbox" });
  await expect(card).toContainText("Needs approval");
  await isTold("Generating", "Needs approval: Rename “\u2068Before\u2069” to “\u2068After\u2069”");
  await isAlive(page);
  await button(card, "Approve").click();
  await isAlive(page);
  await untilWord(lastAnswer(page), 240);
  await expectSettled(page);
  await isTold("Generating", "Response complete");

  // Stopped by its button, from which the focus comes back.
  await composer(page).fill(prompt("words=9000 rate=200"));
  await button(page, "Send").click();
  await isAlive(page);
  await untilWord(answers(page).nth(1), 20);
  await button(page, "Stop").click();
  await isTold("Generating", "Stopped");
  await isAlive(page);
  await expect(lastAnswer(page)).toContainText("Stopped", { timeout: 60_000 });

  // A failure speaks for itself.
  await send(page, prompt("status=401"));
  await expect(transcript(page).getByRole("alert")).toHaveCount(1);
  await isTold("Generating");

  // What is opened beside the page gives the focus back.
  await transcript(page).focus();
  await page.keyboard.press("?");
  await expect(page.getByRole("dialog", { name: "Keyboard shortcuts" })).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(transcript(page)).toBeFocused();
  await isTold();
});
