import type { Page } from "@playwright/test";
import { expectedAnswer } from "../support/mock-openai.ts";
import { openAccountMenu } from "./account.ts";
import {
  chatIdOf,
  composer,
  expectAnswer,
  isAlive,
  messageWith,
  openNewChat,
  prompt,
  questions,
  send,
  startChat,
  transcript,
} from "./conversation.ts";
import { expect, test } from "./fixtures.ts";

const list = (page: Page) => page.getByRole("dialog", { name: "Keyboard shortcuts" });
const search = (page: Page) => page.getByRole("searchbox", { name: "Search chats" });

/** Three questions with answers that are higher than the screen together. */
async function threeTurns(page: Page): Promise<[string, string, string]> {
  const texts = [prompt("words=250"), prompt("words=251"), prompt("words=252")] as [string, string, string];
  await startChat(page, texts[0]);
  await expectAnswer(page, 250);
  for (const [at, text] of texts.slice(1).entries()) {
    await send(page, text);
    await expectAnswer(page, 251 + at, { nth: 1 + at });
  }
  return texts;
}

for (const modifier of ["Control", "Meta"])
  test(`while one writes, keys with ${modifier} do what they do everywhere`, async ({ guest }) => {
    await startChat(guest, prompt("words=3"));
    await expectAnswer(guest, 3);
    const chatId = chatIdOf(guest);
    await composer(guest).fill("half a thought");

    await guest.keyboard.press(`${modifier}+k`);
    await expect(search(guest)).toBeFocused();
    await guest.keyboard.press("Escape");
    await isAlive(guest);
    await expect(composer(guest)).toHaveValue("half a thought");

    await guest.keyboard.press(`${modifier}+Shift+O`);
    await expect(guest).toHaveTitle("New chat · Skein");
    await isAlive(guest);
    await guest.keyboard.press("Alt+ArrowDown");
    await expect(guest).toHaveURL(new RegExp(chatId));
    await isAlive(guest);
    await expect(composer(guest)).toHaveValue("half a thought");
  });

test("Alt and an arrow go to the previous and the next chat, and no further", async ({ guest }) => {
  const ids: string[] = [];
  for (const words of [3, 4, 5]) {
    await openNewChat(guest);
    ids.unshift(await startChat(guest, prompt(`words=${words}`)));
    await expectAnswer(guest, words);
  }
  // The newest is on top, and open.
  for (const [key, at] of [
    ["ArrowUp", 0],
    ["ArrowDown", 1],
    ["ArrowDown", 2],
    ["ArrowDown", 2],
    ["ArrowUp", 1],
  ] as const) {
    await guest.keyboard.press(`Alt+${key}`);
    await expect(guest).toHaveURL(new RegExp(`${ids[at]}$`));
    await isAlive(guest);
  }
});

test("J and K go from one's own message to the next and to the one before", async ({ guest }) => {
  const texts = await threeTurns(guest);
  await transcript(guest).focus();
  for (const [key, at] of [
    ["k", 2],
    ["k", 1],
    ["k", 0],
    ["k", 0],
    ["j", 1],
    ["j", 2],
    ["j", 2],
    ["K", 1],
    ["J", 2],
  ] as const) {
    await guest.keyboard.press(key);
    await expect(messageWith(guest, texts[at]), `${key} leads to ${at}`).toBeFocused();
    await expect(messageWith(guest, texts[at])).toBeInViewport();
  }
  // From what one looks at, when that is something else than what has the focus.
  await transcript(guest).evaluate((log) => (log.scrollTop = 0));
  await expect(messageWith(guest, texts[2])).not.toBeInViewport();
  await guest.keyboard.press("j");
  await expect(messageWith(guest, texts[0])).toBeFocused();
});

test("while one writes, picks from a menu or looks at a dialog, letters are letters", async ({ guest }) => {
  const texts = await threeTurns(guest);
  await composer(guest).pressSequentially("jk?");
  await expect(composer(guest)).toHaveValue("jk?");
  await search(guest).focus();
  await guest.keyboard.type("jk?");
  await expect(search(guest)).toHaveValue("jk?");
  await guest.keyboard.press("Escape");

  await openAccountMenu(guest);
  for (const key of ["j", "k", "?"]) await guest.keyboard.press(key);
  await expect(guest.getByRole("menu", { name: "Account" })).toBeVisible();
  await guest.keyboard.press("Escape");
  await expect(list(guest)).toBeHidden();

  await transcript(guest).focus();
  await guest.keyboard.press("?");
  await expect(list(guest)).toBeVisible();
  for (const key of ["j", "k", "?"]) await guest.keyboard.press(key);
  await guest.keyboard.press("Escape");
  await expect(list(guest)).toBeHidden();
  await expect(transcript(guest)).toBeFocused();
  for (const text of texts) await expect(messageWith(guest, text)).not.toBeFocused();
});

test("Ctrl+Shift+C copies the last answer, also while one writes", async ({ guest, context }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  const copied = () => guest.evaluate(() => navigator.clipboard.readText());
  const said = (text: string) => guest.getByRole("status").filter({ hasText: text });
  await startChat(guest, prompt("words=7"));
  await expectAnswer(guest, 7);
  await send(guest, prompt("words=8"));
  await expectAnswer(guest, 8, { nth: 1 });
  for (const modifier of ["Control", "Meta"]) {
    await guest.evaluate(() => navigator.clipboard.writeText("before"));
    await composer(guest).fill("not this");
    await guest.keyboard.press(`${modifier}+Shift+C`);
    await expect(said("The last answer is copied.")).toBeVisible();
    await expect.poll(copied).toBe(expectedAnswer(8));
    await isAlive(guest);
  }
});

test("? shows all keys, Escape closes the list", async ({ guest }) => {
  await guest.getByRole("link", { name: "New chat" }).focus();
  await guest.keyboard.press("?");
  await expect(list(guest)).toBeVisible();
  const shown = await list(guest)
    .locator("dl > div")
    .evaluateAll((rows) =>
      rows.map((row) => [
        row.querySelector("dt")?.textContent,
        [...row.querySelectorAll("kbd")].map((key) => key.textContent).join("+"),
      ]),
    );
  expect(shown).toEqual([
    ["Search chats", "Ctrl+K"],
    ["New chat", "Ctrl+Shift+O"],
    ["Previous chat", "Alt+↑"],
    ["Next chat", "Alt+↓"],
    ["Show this list", "?"],
    ["Next message of yours", "J"],
    ["Previous message of yours", "K"],
    ["Copy the last answer", "Ctrl+Shift+C"],
    ["Send", "Enter"],
    ["New line", "Shift+Enter"],
    ["While an answer runs: queue instead of steer, or steer instead of queue", "Ctrl+Enter"],
    ["Stop the answer", "Esc"],
    ["Edit your last message, with nothing written", "↑"],
  ]);
  await guest.keyboard.press("Escape");
  await expect(list(guest)).toBeHidden();
  await expect(guest.getByRole("link", { name: "New chat" })).toBeFocused();
  await expect(questions(guest)).toHaveCount(0);
});
