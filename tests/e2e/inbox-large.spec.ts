import type { Page } from "@playwright/test";
import { addChats } from "../support/chat-rows.ts";
import { query } from "../support/query.ts";
import { expectAnswer, isAlive, prompt, startChat } from "./conversation.ts";
import { expect, test } from "./fixtures.ts";
import { chats, linkOf } from "./inbox.ts";

const MAX_ELEMENTS = 2000;

const panel = (page: Page) => chats(page).getByRole("tabpanel");
const numbered = (page: Page, n: number) => chats(page).getByRole("link", { name: new RegExp(`^Chat ${n} Preview`) });
const elements = (page: Page) => page.evaluate(() => document.querySelectorAll("*").length);

/** A person with one chat of their own, which is open, and so many older ones. */
async function manyChats(page: Page, url: string, count: number): Promise<string> {
  const chatId = await startChat(page, prompt("words=3"));
  await expectAnswer(page, 3);
  await addChats(url, chatId, count);
  await page.reload();
  await isAlive(page);
  return chatId;
}

test("thousands of chats are scrolled through without a gap, and few of them are in the document", async ({
  guest,
  stack,
}) => {
  const count = 1500;
  await manyChats(guest, stack.databaseUrl, count);
  let seen = 0;
  let largest = 0;
  /** As far as the rows go on from those that were seen. */
  const read = async () => {
    const titles = new Set(await chats(guest).getByRole("listitem").locator("bdi:first-child").allTextContents());
    while (titles.has(`Chat ${seen + 1}`)) seen++;
    return seen;
  };
  let before = await read();
  while (seen < count) {
    largest = Math.max(largest, await elements(guest));
    await panel(guest).evaluate((scroller) => (scroller.scrollTop += scroller.clientHeight / 2));
    // They come with the frame after the scroll, or with the next page of them.
    await expect.poll(read, { intervals: [20] }).toBeGreaterThan(before);
    before = seen;
  }
  await expect(numbered(guest, count)).toBeVisible();
  expect(largest).toBeLessThanOrEqual(MAX_ELEMENTS);

  // What happens meanwhile is at its place, and the place of the reader stays.
  const place = await panel(guest).evaluate((scroller) => scroller.scrollTop);
  await query(stack.databaseUrl, `update chat set title = 'Renamed elsewhere' where title = $1`, [`Chat ${count}`]);
  await expect(linkOf(guest, "Renamed elsewhere")).toBeVisible();
  expect(await panel(guest).evaluate((scroller) => scroller.scrollTop)).toBe(place);
});

test("the keyboard goes from chat to chat, in the list and in the conversation", async ({ guest, stack }) => {
  await manyChats(guest, stack.databaseUrl, 200);
  await guest.keyboard.press("Alt+ArrowDown");
  await expect(guest).toHaveTitle("Chat 1 · Skein");
  await guest.keyboard.press("Alt+ArrowDown");
  await expect(guest).toHaveTitle("Chat 2 · Skein");
  await guest.keyboard.press("Alt+ArrowUp");
  await expect(guest).toHaveTitle("Chat 1 · Skein");
  await expect(numbered(guest, 1)).toHaveAttribute("aria-current", "page");

  await numbered(guest, 1).focus();
  for (let at = 2; at <= 60; at++) {
    await guest.keyboard.press("ArrowDown");
    await expect(numbered(guest, at)).toBeFocused();
  }
  await expect(numbered(guest, 60)).toBeInViewport();
  await guest.keyboard.press("Enter");
  await expect(guest).toHaveTitle("Chat 60 · Skein");
  await guest.keyboard.press("Control+Shift+O");
  await expect(guest).toHaveTitle("New chat · Skein");
});

test("a focused row stays while one scrolls away from it", async ({ guest, stack }) => {
  await manyChats(guest, stack.databaseUrl, 120);
  await numbered(guest, 3).focus();
  const isAtEnd = async () => {
    await panel(guest).evaluate((scroller) => (scroller.scrollTop = scroller.scrollHeight));
    return numbered(guest, 120).isVisible();
  };
  await expect.poll(isAtEnd).toBe(true);
  await expect(numbered(guest, 3)).toBeFocused();
  await expect(numbered(guest, 4)).toHaveCount(0);
});

test("the list is narrowed to a state, which says how many there are and follows what happens", async ({
  guest,
  stack,
}) => {
  await manyChats(guest, stack.databaseUrl, 150);
  const set = (title: string, change: string) =>
    query(
      stack.databaseUrl,
      `update chat set ${change} where title = $1 and owner_id = (select owner_id from chat
      where title = 'Chat 150' order by created_at desc limit 1)`,
      [title],
    );
  await set("Chat 140", "status = 'needs_you'");
  await set("Chat 120", "last_read_at = null");
  const button = (name: string) => chats(guest).getByRole("button", { name, exact: true });
  await expect(button("Needs you")).toHaveAccessibleDescription("1 in the inbox");
  await expect(guest).toHaveTitle(/^\(1\) /);
  expect(await guest.locator("link[rel=icon]").getAttribute("href")).toContain(encodeURIComponent(">1<"));
  await button("Needs you").click();
  await expect(button("Needs you")).toHaveAttribute("aria-pressed", "true");
  await expect(chats(guest).getByRole("listitem")).toHaveCount(1);
  await expect(numbered(guest, 140)).toContainText("Needs you");
  await set("Chat 140", "status = 'idle'");
  await expect(chats(guest).getByText("Nothing needs you")).toBeVisible();
  await expect(guest).not.toHaveTitle(/^\(/);
  await button("Unread").click();
  await expect(chats(guest).getByRole("listitem")).toHaveCount(1);
  await expect(numbered(guest, 120)).toContainText("Unread");
  await button("Unread").click();
  await expect(numbered(guest, 1)).toBeVisible();
});
