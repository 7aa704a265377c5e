import type { Page } from "@playwright/test";
import {
  chatIdOf,
  composer,
  editMessage,
  expectAnswer,
  expectSettled,
  isAlive,
  lastAnswer,
  messageWith,
  onAnotherDevice,
  openNewChat,
  prompt,
  questions,
  send,
  startChat,
  untilSaved,
} from "./conversation.ts";
import { expect, test } from "./fixtures.ts";

const box = (page: Page) => page.getByRole("searchbox", { name: "Search chats" });
const results = (page: Page) => page.getByRole("list", { name: "Search results" }).getByRole("link");
const status = (page: Page) => page.getByRole("search").getByRole("status");

/** A question about Leftword on a branch that nobody looks at, and one about Shownword on that which is shown. */
async function branched(page: Page): Promise<[string, string]> {
  const [left, shown] = [prompt("say=Porto Leftword"), prompt("say=Oslo Shownword")];
  await startChat(page, prompt("words=4"));
  await expectAnswer(page, 4);
  await send(page, left);
  await expect(lastAnswer(page)).toHaveText("Porto");
  await expectSettled(page);
  await untilSaved(page);
  await editMessage(page, messageWith(page, left), shown);
  await expect(lastAnswer(page)).toContainText("Oslo");
  await expectSettled(page);
  await untilSaved(page);
  return [left, shown];
}

test("by the keyboard alone, from the composer to a message on another branch and back", async ({
  guest,
  newcomer,
}) => {
  const [left, shown] = await branched(guest);
  const chatId = chatIdOf(guest);
  await composer(guest).fill("half a sentence");

  await guest.keyboard.press("Control+k");
  await expect(box(guest)).toBeFocused();
  await guest.keyboard.press("Escape");
  await expect(composer(guest)).toBeFocused();

  await guest.keyboard.press("Control+k");
  await guest.keyboard.type("leftwo");
  await expect(results(guest).first()).toContainText("Leftword");
  await expect(results(guest).locator("mark").first()).toHaveText("Leftword");
  await expect(status(guest)).toHaveText(/^\d results?$/);
  await expect(guest.getByRole("navigation", { name: "Chats" })).toBeHidden();
  await guest.keyboard.press("ArrowDown");
  await expect(results(guest).first()).toBeFocused();
  await guest.keyboard.press("ArrowUp");
  await expect(box(guest)).toBeFocused();
  await guest.keyboard.press("Enter");

  const found = messageWith(guest, left).first();
  await expect(found).toBeFocused();
  await expect(found).toBeInViewport();
  await expect(messageWith(guest, shown)).toHaveCount(0);
  await expect(guest).toHaveURL(`/chats/${chatId}`);
  await expect(composer(guest)).toHaveValue("half a sentence");
  await expect(results(guest).first()).toBeVisible();

  // The head moved for everybody, once: going elsewhere and coming back does not move it again.
  const other = await onAnotherDevice(guest, newcomer);
  await expect(messageWith(other, left).first()).toBeVisible();
  await guest.reload();
  await isAlive(guest);
  await expect(messageWith(guest, left).first()).toBeVisible();

  // Another result of the same chat, by its link.
  await guest.keyboard.press("Control+k");
  await guest.keyboard.type("shownword");
  await expect(results(guest).first()).toContainText("Shownword");
  await guest.keyboard.press("ArrowDown");
  await guest.keyboard.press("Enter");
  await expect(messageWith(guest, shown).first()).toBeFocused();
  await expect(messageWith(other, shown).first()).toBeVisible();

  await guest.keyboard.press("Control+k");
  await guest.keyboard.press("Escape");
  await expect(box(guest)).toHaveValue("");
  await expect(guest.getByRole("navigation", { name: "Chats" })).toBeVisible();
});

test("what is said on one device is found on another, and by nobody else", async ({ guest, newcomer }) => {
  const question = prompt("words=3 Sharedword");
  await startChat(guest, question);
  await expectAnswer(guest, 3);
  await untilSaved(guest);
  const other = await onAnotherDevice(guest, newcomer);
  await other.goto("/");
  await isAlive(other);
  await box(other).fill("sharedword");
  await results(other).first().click();
  await expect(questions(other)).toContainText([question]);

  const stranger = await (await newcomer()).newPage();
  await openNewChat(stranger);
  await box(stranger).fill("sharedword");
  await expect(status(stranger)).toHaveText("Nothing found for “sharedword”");
  await expect(results(stranger)).toHaveCount(0);
  expect((await stranger.request.get("/api/search?q=sharedword")).status()).toBe(200);
  expect(await (await stranger.request.get("/api/search?q=sharedword")).json()).toEqual([]);
});

test("hostile words are text, in the box, the title and the message", async ({ guest }) => {
  const hostile = `<img src=x onerror="window.hacked=1"> \u202E hostileword <b>bold</b> ${prompt("words=2")}`;
  await startChat(guest, hostile);
  await expectAnswer(guest, 2);
  await untilSaved(guest);
  await box(guest).fill("hostileword img");
  await expect(results(guest).first()).toContainText(`<img src=x onerror="window.hacked=1">`);
  await expect(results(guest).first().locator("img, b")).toHaveCount(0);
  for (const query of [`'&|!:*`, `"`, "<script>alert(1)</script>", "x".repeat(500), "\u0000\u202E"]) {
    await box(guest).fill(query);
    await expect(results(guest)).toHaveCount(0);
    await expect(status(guest)).toHaveText(/^Nothing found/);
  }
  const long = await guest.request.get(`/api/search?q=${"a".repeat(10_000)}`);
  expect(long.status()).toBe(200);
  expect(await guest.evaluate(() => "hacked" in window)).toBe(false);
});

test("says that there is no connection, keeps the words, and goes on when it is back", async ({ guest, context }) => {
  const question = prompt("words=3 Awayword");
  await startChat(guest, question);
  await expectAnswer(guest, 3);
  await untilSaved(guest);
  await box(guest).fill("nothing of the kind");
  await expect(status(guest)).toHaveText(/^Nothing found/);
  await context.setOffline(true);
  await box(guest).fill("awayword");
  await expect(status(guest)).toContainText("You are offline.");
  await context.setOffline(false);
  await expect(results(guest).first()).toContainText("Awayword");
  await expect(box(guest)).toHaveValue("awayword");
});

test("a message that is gone is said to be, in its chat", async ({ guest }) => {
  const question = prompt("words=3");
  const chatId = await startChat(guest, question);
  await expectAnswer(guest, 3);
  await guest.goto(`/chats/${chatId}?message=nosuchmessage`);
  await expect(guest.getByText("That message is not there any more.")).toBeVisible();
  await expect(questions(guest)).toContainText([question]);
  await expect(guest).toHaveURL(`/chats/${chatId}`);
});

test("on a phone, Ctrl+K opens the drawer and a result closes it", async ({ guest }) => {
  const question = prompt("words=3 Phoneword");
  await startChat(guest, question);
  await expectAnswer(guest, 3);
  await untilSaved(guest);
  await guest.setViewportSize({ width: 390, height: 664 });
  await guest.keyboard.press("Control+k");
  await expect(box(guest)).toBeFocused();
  await guest.keyboard.type("phoneword");
  // Its title is the first.
  await expect(results(guest).nth(1)).toContainText("You: words=3 Phoneword");
  await guest.keyboard.press("ArrowDown");
  await guest.keyboard.press("ArrowDown");
  await guest.keyboard.press("Enter");
  await expect(box(guest)).toBeHidden();
  await expect(messageWith(guest, question).first()).toBeFocused();
});
