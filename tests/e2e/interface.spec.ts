import type { Locator } from "@playwright/test";
import {
  composer,
  expectAnswer,
  expectSettled,
  hearAnnouncements,
  isAlive,
  lastAnswer,
  prompt,
  questions,
  send,
  startChat,
  transcript,
  untilWord,
} from "./conversation.ts";
import { expect, test } from "./fixtures.ts";

test("the new-chat page by roles and names", async ({ guest }) => {
  await expect(guest).toHaveTitle(/New chat/);
  await expect(guest.getByRole("heading", { level: 1 })).toHaveCount(1);
  await expect(guest.getByRole("navigation", { name: "Chats" })).toContainText("No chats yet");
  await expect(guest.getByRole("link", { name: "New chat" })).toBeVisible();
  for (const name of ["Send", "Theme", "Account"]) await expect(guest.getByRole("button", { name })).toBeVisible();
  await expect(guest.getByRole("combobox", { name: "Model" })).toHaveValue("compatible:numbered");
  await expect(guest.getByRole("button", { name: "Stop" })).toHaveCount(0);
  await expect(guest.locator("html")).toHaveAttribute("lang", "en");
});

test("the chat page by roles and names, and what a screen reader is told", async ({ guest }) => {
  const question = prompt("words=40 rate=20");
  await startChat(guest, question);
  const announcements = await hearAnnouncements(guest);
  await untilWord(lastAnswer(guest), 5);
  await expect(transcript(guest)).toHaveAttribute("aria-live", "off");
  const row = guest.getByRole("navigation", { name: "Chats" }).getByRole("link", { name: question });
  await expect(row).toHaveAttribute("aria-current", "page");
  await expect(row).toContainText("Running");
  for (const name of ["Send", "Stop"]) await expect(guest.getByRole("button", { name })).toBeVisible();
  await expect(composer(guest)).toBeEnabled();
  await expectAnswer(guest, 40);
  await expect(row).not.toContainText("Running");
  await expect(row).not.toContainText("Unread");

  await expect(questions(guest).first()).toHaveAttribute("data-role", "user");
  await expect(lastAnswer(guest)).toHaveAttribute("data-role", "assistant");
  await expect(lastAnswer(guest)).toHaveAttribute("data-message-id", /.+/);
  await expect(lastAnswer(guest).getByRole("button", { name: "Copy" })).toBeVisible();
  await expect(guest.getByRole("heading", { level: 1 })).toHaveText(question);
  await expect(guest).toHaveTitle(`${question} · Skein`);
  await expect.poll(announcements).toEqual(["Generating", "Response complete"]);
});

test("the keyboard alone: Shift+Enter breaks the line, Enter sends, Escape stops, the inbox is tabbed to", async ({
  guest,
}) => {
  await isAlive(guest);
  const script = prompt("words=400 rate=30");
  await guest.keyboard.type(script);
  await guest.keyboard.press("Shift+Enter");
  await guest.keyboard.type("second line");
  await expect(composer(guest)).toHaveValue(`${script}\nsecond line`);
  await guest.keyboard.press("Enter");
  await expect(questions(guest)).toHaveText(`${script} second line`);
  await untilWord(lastAnswer(guest), 3);
  await isAlive(guest);
  await guest.keyboard.press("Escape");
  await expect(lastAnswer(guest)).toContainText("Stopped");

  await guest.keyboard.type(prompt("words=3"));
  await guest.keyboard.press("Enter");
  await expectAnswer(guest, 3, { nth: 1 });
  await guest.getByRole("link", { name: "New chat" }).focus();
  await guest.keyboard.press("Enter");
  await guest.waitForURL((url) => url.pathname === "/");
  await isAlive(guest);
});

test("a background chat shows its state in the inbox, live", async ({ guest }) => {
  const question = prompt("words=60 rate=20");
  await startChat(guest, question);
  await guest.getByRole("link", { name: "New chat" }).click();
  await isAlive(guest);
  const row = guest.getByRole("navigation", { name: "Chats" }).getByRole("link", { name: question });
  await expect(row).toContainText("Running");
  await expect(row).toContainText("Unread");
  await row.click();
  await expectAnswer(guest, 60);
  await expect(row).not.toContainText("Unread");
});

test.describe("on a phone", () => {
  test.use({ viewport: { width: 390, height: 664 }, hasTouch: true, isMobile: true });

  test("the inbox is a drawer, the composer is in view, nothing is wider than the screen", async ({ page }) => {
    const question = prompt("words=120 rate=100");
    await page.goto("/");
    await composer(page).fill(question);
    await page.getByRole("button", { name: "Send" }).tap();
    await expect(questions(page)).toHaveText(question);
    await expectAnswer(page, 120);
    await expect(composer(page)).toBeInViewport();
    await expect(page.getByRole("navigation", { name: "Chats" })).toBeHidden();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
    expect(await composer(page).evaluate((box) => parseFloat(getComputedStyle(box).fontSize))).toBeGreaterThanOrEqual(
      16,
    );

    await page.getByRole("button", { name: "Open chats" }).tap();
    const row = page.getByRole("navigation", { name: "Chats" }).getByRole("link", { name: question });
    await expect(row).toBeVisible();
    await page.getByRole("button", { name: "Close chats" }).tap();
    await expect(row).toBeHidden();
    await page.getByRole("button", { name: "Open chats" }).tap();
    await page.locator("#inbox").getByRole("link", { name: "New chat" }).tap();
    await page.waitForURL((url) => url.pathname === "/");
    await expect(page.getByRole("navigation", { name: "Chats" })).toBeHidden();
    await expect(composer(page)).toBeInViewport();
  });
});

test("a footnote opens beside its number, also when what places it cannot be loaded", async ({ guest }) => {
  await startChat(guest, prompt("say=[^1]"));
  const number = lastAnswer(guest).getByRole("button", { name: "1", exact: true });
  await expect(number).toBeVisible();
  await expectSettled(guest);
  // What has just been written may be drawn once more, and its open note with it.
  await guest.reload();
  await isAlive(guest);
  await number.click();
  const note = guest.locator(".popover");
  await expect(note).toBeVisible();
  const edges = async (of: Locator) => of.evaluate((node) => node.getBoundingClientRect().toJSON() as DOMRect);
  await expect
    .poll(async () => {
      const [button, shown] = [await edges(number), await edges(note)];
      return Math.round(Math.max(button.top - shown.bottom, shown.top - button.bottom));
    })
    .toBe(10);
  await guest.keyboard.press("Escape");
  await expect(note).toBeHidden();

  await guest.reload();
  await isAlive(guest);
  await guest.route("**/_app/immutable/**", (route) => route.abort());
  await number.click();
  await expect(note).toBeVisible();
  await expect(note).not.toHaveAttribute("style", /left/);
});

test("two tabs on one chat: what one sends, the other shows", async ({ guest }) => {
  await startChat(guest, prompt("words=4"));
  await expectAnswer(guest, 4);
  const other = await guest.context().newPage();
  await other.goto(new URL(guest.url()).pathname);
  await expectAnswer(other, 4);
  const question = prompt("words=60 rate=20");
  await send(guest, question);
  await expect(questions(other).last()).toHaveText(question);
  await untilWord(lastAnswer(other), 10);
  for (const tab of [guest, other]) await expectAnswer(tab, 60, { nth: 1 });
});
