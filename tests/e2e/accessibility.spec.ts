import type { Locator, Page } from "@playwright/test";
import { EVERY_PART } from "../../src/lib/components/gallery/every-part.ts";
import { addChats } from "../support/chat-rows.ts";
import { choose as chooseInAccount, fillIn } from "./account.ts";
import { expectAccessible } from "./axe.ts";
import {
  act,
  composer,
  expectAnswer,
  expectSettled,
  lastAnswer,
  openNewChat,
  prompt,
  queued,
  questions,
  send,
  startChat,
  type,
  untilSaved,
  untilWord,
} from "./conversation.ts";
import { expect, test } from "./fixtures.ts";
import { chats, choose, linkOf, rowOf } from "./inbox.ts";
import { withAnswer } from "./stored-answer.ts";

// One of the stories goes offline, and one stops.
test.use({ stackName: "accessibility" });

const button = (within: Page | Locator, name: string) => within.getByRole("button", { name, exact: true });
const search = (page: Page) => page.getByRole("searchbox", { name: "Search chats" });
const card = (page: Page, name: string) => lastAnswer(page).getByRole("group", { name });

test("the start page and the list of chats", async ({ guest: page, stack }) => {
  await expectAccessible(page, "nothing yet");
  await chats(page).getByRole("tab", { name: "Archived" }).click();
  await expect(chats(page).getByText("Nothing is archived")).toBeVisible();
  await expectAccessible(page, "an empty archive");
  await chats(page).getByRole("tab", { name: "Inbox" }).click();
  await page.getByRole("button", { name: "Account" }).click();
  await expect(page.getByRole("menu", { name: "Account" })).toBeVisible();
  await expectAccessible(page, "the account");

  const chatId = await startChat(page, prompt("words=3 title=Lisbon"));
  await expectAnswer(page, 3);
  await expect(linkOf(page, "Lisbon")).toBeVisible();
  await addChats(stack.databaseUrl, chatId, 150);
  await openNewChat(page);
  await expectAccessible(page, "many chats");
  await chats(page).getByRole("button", { name: "Unread" }).click();
  await expectAccessible(page, "no chat in this state");
  await chats(page).getByRole("button", { name: "Unread" }).click();

  await rowOf(page, "Lisbon").hover();
  await button(rowOf(page, "Lisbon"), "Chat actions").click();
  await page.getByRole("menuitem", { name: "Export" }).hover();
  await expect(page.getByRole("menuitem", { name: "JSON" })).toBeVisible();
  await expectAccessible(page, "the menu of a row");
  await page.keyboard.press("Escape");
  await page.keyboard.press("Escape");
  await choose(page, "Lisbon", "Rename");
  await expect(page.getByRole("textbox", { name: "Chat title" })).toBeFocused();
  await expectAccessible(page, "renaming in place");
  await page.keyboard.press("Escape");
  await choose(page, "Lisbon", "Pin");
  await choose(page, "Chat 2", "Archive");
  await expect(button(page, "Undo")).toBeVisible();
  await expectAccessible(page, "a notice, and a pinned chat");

  await search(page).fill("words");
  await expect(page.getByRole("list", { name: "Search results" }).getByRole("link")).not.toHaveCount(0);
  await expectAccessible(page, "search with results");
  await search(page).fill("unicorns");
  await expect(page.getByRole("list", { name: "Search results" }).getByRole("link")).toHaveCount(0);
  await expectAccessible(page, "search without results");

  for (const address of ["/chats/none", "/nowhere"]) {
    await page.goto(address);
    await expect(page.getByRole("heading", { name: "Not found" })).toBeVisible();
    await expectAccessible(page, address);
  }
});

test("a conversation while it runs, when it was stopped, and when it failed", async ({ guest: page }) => {
  await startChat(page, prompt("words=900 rate=10"));
  await untilWord(lastAnswer(page), 3);
  await type(page, prompt("words=3"), "Control+Enter");
  await type(page, prompt("words=4"), "Control+Enter");
  await expect(queued(page)).toHaveCount(2);
  await expectAccessible(page, "an answer under way, and a queue");
  await button(queued(page).first(), "Edit queued message").click();
  await expectAccessible(page, "a queued message that is edited");
  await page.keyboard.press("Escape");
  await button(page, "More choices").click();
  await expect(page.getByRole("menuitem", { name: "Interrupt and send" })).toBeVisible();
  await expectAccessible(page, "what one can do while it runs");
  await page.keyboard.press("Escape");
  await button(page, "Stop").click();
  await expect(lastAnswer(page)).toContainText("Stopped");
  await expect(button(page, "Continue").first()).toBeVisible();
  await expectAccessible(page, "stopped, with a queue that waits");

  await openNewChat(page);
  await startChat(page, prompt("status=401"));
  await expect(page.getByRole("alert")).toBeVisible();
  await expectAccessible(page, "a failure");
  await page.context().setOffline(true);
  await expect(page.getByRole("status").getByText("Offline")).toBeVisible();
  await composer(page).fill("Later");
  await composer(page).press("Enter");
  await expect(questions(page).getByText("Waiting for the connection")).toBeVisible();
  await expectAccessible(page, "offline, with a message that waits");
  await page.context().setOffline(false);
});

test("what one can do with a conversation", async ({ guest: page }) => {
  await startChat(page, prompt("words=40"));
  await expectAnswer(page, 40);
  await untilSaved(page);
  await act(lastAnswer(page), "Regenerate");
  await expectAnswer(page, 40, { branch: "2 / 2" });
  await untilSaved(page);
  await expectAccessible(page, "done, with two branches");
  await act(lastAnswer(page), "Details");
  await expect(page.getByRole("dialog", { name: "Details" })).toBeVisible();
  await expectAccessible(page, "details");
  await page.keyboard.press("Escape");
  await act(lastAnswer(page), "Choose another model");
  await expect(page.getByRole("menuitem", { name: "other" })).toBeVisible();
  await expectAccessible(page, "another model");
  await page.keyboard.press("Escape");
  await page.getByRole("combobox", { name: "Model" }).click();
  await expect(page.getByRole("option", { name: /Demo/ })).toBeVisible();
  await expectAccessible(page, "the list of models");
  await page.keyboard.press("Escape");
  await act(questions(page).first(), "Edit message");
  await expect(page.getByRole("textbox", { name: "Edit message" })).toBeFocused();
  await expectAccessible(page, "an edit");
});

test("all that an answer can hold", async ({ guest: page, stack }) => {
  await withAnswer(page, stack, EVERY_PART);
  await expectAccessible(page, "folded");
  const folded = lastAnswer(page).getByRole("button", { expanded: false });
  for (let left = await folded.count(); left > 0; left--) await folded.first().click();
  await expect(lastAnswer(page).locator("pre span").first()).toBeVisible();
  await expectAccessible(page, "opened");
  await button(page, "Enlarge dot.png").click();
  await expect(page.getByRole("dialog", { name: "dot.png" })).toBeVisible();
  await expectAccessible(page, "an image");
});

test("an approval, a question and a sub-agent", async ({ guest: page }) => {
  const target = await startChat(page, prompt("words=1 title=Before"));
  await expectAnswer(page, 1);
  const call = (name: string, args: object) =>
    prompt(`title=Asking words=2 after=3 tool=${name} args=${JSON.stringify(args)}`);
  await openNewChat(page);
  await startChat(page, call("tidyInbox", { changes: [{ action: "rename", chatId: target, title: "After" }] }));
  await expect(button(rowOf(page, "Asking"), "Approve")).toBeVisible();
  await expectAccessible(page, "an approval");
  await button(card(page, "Tidy inbox"), "Deny").click();
  await expect(lastAnswer(page)).toContainText("w3 w4 w5");
  await expectSettled(page);

  await send(page, call("askUser", { question: "Which colour?", options: ["Red", "Blue"] }));
  await expect(button(rowOf(page, "Asking"), "Red")).toBeVisible();
  await expectAccessible(page, "a question");
  await button(card(page, "Which colour?"), "Red").click();
  await expect(lastAnswer(page)).toContainText("w3 w4 w5");
  await expectSettled(page);

  await send(page, call("deepResearch", { title: "Rivers", question: prompt("words=900 rate=10") }));
  await untilWord(page.getByRole("log", { name: "Rivers transcript" }), 3);
  await expectAccessible(page, "a sub-agent at work");
  await card(page, "Deep research").getByRole("link", { name: "Open sub-agent" }).click();
  await untilWord(lastAnswer(page), 10);
  await expectAccessible(page, "the page of a sub-agent");
  await button(page, "Stop").click();
});

test("settings, the list of keys, and the pages to sign up and in", async ({ guest: page }) => {
  for (const [item, name] of [
    ["Settings", "Settings"],
    ["Keyboard shortcuts", "Keyboard shortcuts"],
  ] as const) {
    await chooseInAccount(page, item);
    await expect(page.getByRole("dialog", { name })).toBeVisible();
    await expectAccessible(page, name);
    await page.keyboard.press("Escape");
    await expect(page.getByRole("dialog", { name })).toHaveCount(0);
  }
  for (const [path, name] of [
    ["/sign-up", "Sign up"],
    ["/sign-in", "Sign in"],
  ] as const) {
    await page.goto(path);
    await expectAccessible(page, name);
    await fillIn(page, name, "nobody@example.org", "short");
    await expect(page.getByRole("alert")).toBeVisible();
    await expectAccessible(page, `${name}, with a problem`);
  }
});

test.describe("on a phone", () => {
  test.use({ viewport: { width: 390, height: 664 }, hasTouch: true, isMobile: true });

  test("the drawer and a conversation", async ({ page, stack }) => {
    await page.goto("/");
    await expect(button(page, "Open chats")).toBeVisible();
    await expectAccessible(page, "nothing yet");
    await composer(page).fill(prompt("words=40"));
    await button(page, "Send").click();
    await expectAnswer(page, 40);
    await expectAccessible(page, "a conversation");
    await addChats(stack.databaseUrl, new URL(page.url()).pathname.split("/").at(-1) ?? "", 30);
    await page.reload();
    await button(page, "Open chats").click();
    await expect(linkOf(page, "Chat 3")).toBeVisible();
    await expectAccessible(page, "the drawer");
  });
});
