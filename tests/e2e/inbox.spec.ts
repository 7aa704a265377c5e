import { readFile } from "node:fs/promises";
import type { Page } from "@playwright/test";
import {
  editMessage,
  expectAnswer,
  isAlive,
  onAnotherDevice,
  prompt,
  questions,
  startChat,
  untilSaved,
} from "./conversation.ts";
import { expect, test } from "./fixtures.ts";
import { chats, choose, linkOf, rowOf } from "./inbox.ts";

/** Two chats, the second one open. */
async function twoChats(page: Page): Promise<[string, string]> {
  const [first, second] = [prompt("words=3"), prompt("words=4")];
  await startChat(page, first);
  await expectAnswer(page, 3);
  await page.getByRole("link", { name: "New chat" }).click();
  await isAlive(page);
  await startChat(page, second);
  await expectAnswer(page, 4);
  return [first, second];
}

test("a chat is renamed in place, by the menu and by the keyboard, on every device", async ({ guest, newcomer }) => {
  const [first, second] = await twoChats(guest);
  const other = await onAnotherDevice(guest, newcomer);
  await choose(guest, second, "Rename");
  const box = guest.getByRole("textbox", { name: "Chat title" });
  await expect(box).toBeFocused();
  await expect(box).toHaveValue(second);
  await box.fill("  Lisbon,\u202E in spring ");
  await box.press("Enter");
  for (const page of [guest, other]) {
    await expect(linkOf(page, "Lisbon, in spring")).toBeVisible();
    await expect(page).toHaveTitle("Lisbon, in spring · Skein");
  }
  await expect(linkOf(guest, "Lisbon, in spring")).toBeFocused();

  await linkOf(other, first).focus();
  await other.keyboard.press("F2");
  const there = other.getByRole("textbox", { name: "Chat title" });
  await there.fill("Another name");
  await there.press("Escape");
  await expect(linkOf(other, first)).toBeFocused();
  await other.keyboard.press("F2");
  await there.fill("");
  await there.press("Enter");
  await expect(linkOf(other, first)).toBeVisible();

  await guest.reload();
  await expect(linkOf(guest, "Lisbon, in spring")).toBeVisible();
  await expect(linkOf(guest, first)).toBeVisible();
});

test("what is archived leaves the inbox on every device, and comes back by Undo or from the archive", async ({
  guest,
  newcomer,
}) => {
  const [first, second] = await twoChats(guest);
  const other = await onAnotherDevice(guest, newcomer);
  await choose(guest, first, "Archive");
  for (const page of [guest, other]) await expect(linkOf(page, first)).toHaveCount(0);
  await guest.getByRole("button", { name: "Undo", exact: true }).click();
  for (const page of [guest, other]) await expect(linkOf(page, first)).toBeVisible();

  await choose(guest, first, "Archive");
  await expect(linkOf(other, first)).toHaveCount(0);
  await chats(other).getByRole("tab", { name: "Inbox" }).focus();
  await other.keyboard.press("ArrowRight");
  await expect(chats(other).getByRole("tab", { name: "Archived" })).toBeFocused();
  await expect(linkOf(other, first)).toBeVisible();
  await expect(linkOf(other, second)).toHaveCount(0);
  await choose(other, first, "Unarchive");
  await expect(chats(other).getByText("Nothing is archived")).toBeVisible();
  await expect(linkOf(guest, first)).toBeVisible();
  await linkOf(guest, first).click();
  await expectAnswer(guest, 3);
});

test("a chat is pinned, and marked as unread", async ({ guest, newcomer }) => {
  const [first, second] = await twoChats(guest);
  const other = await onAnotherDevice(guest, newcomer);
  await choose(guest, first, "Pin");
  for (const page of [guest, other]) {
    await expect(chats(page).getByRole("region", { name: "Pinned" }).getByRole("link")).toHaveText(new RegExp(first));
    await expect(chats(page).getByRole("link").first()).toContainText(first);
  }
  await choose(guest, first, "Mark as unread");
  for (const page of [guest, other]) await expect(linkOf(page, first)).toContainText("Unread");
  await linkOf(guest, first).click();
  for (const page of [guest, other]) await expect(linkOf(page, first)).not.toContainText("Unread");
  await choose(other, first, "Unpin");
  for (const page of [guest, other]) {
    await expect(chats(page).getByRole("region", { name: "Pinned" })).toHaveCount(0);
    await expect(chats(page).getByRole("link").first()).toContainText(second);
  }
});

test("what cannot be done is undone, and said", async ({ guest }) => {
  const [first] = await twoChats(guest);
  await guest.route("**/api/chats/*", (route) =>
    route.request().method() === "PATCH" ? route.abort() : route.continue(),
  );
  await choose(guest, first, "Archive");
  const failure = guest.getByRole("alert");
  await expect(failure).toContainText(`“${first}” could not be changed. Try again.`);
  await expect(linkOf(guest, first)).toBeVisible();
  await failure.getByRole("button", { name: "Dismiss" }).click();
  await expect(failure).toHaveCount(0);
});

test("a chat is exported: its branch to be read, and everything", async ({ guest }) => {
  const id = await startChat(guest, prompt("words=3"));
  await expectAnswer(guest, 3);
  const edited = prompt("words=4");
  await editMessage(guest, questions(guest).first(), edited);
  await expectAnswer(guest, 4);
  await untilSaved(guest);
  const exported = async (format: string) => {
    await rowOf(guest, "words").hover();
    await rowOf(guest, "words").getByRole("button", { name: "Chat actions" }).click();
    await guest.getByRole("menuitem", { name: "Export" }).click();
    const [download] = await Promise.all([
      guest.waitForEvent("download"),
      guest.getByRole("menuitem", { name: format }).click(),
    ]);
    const text = await readFile(await download.path(), "utf8");
    return { name: download.suggestedFilename(), text };
  };
  const branch = await exported("Markdown");
  expect(branch.name).toMatch(/\.md$/);
  expect(branch.text).toContain(`## You\n\n${edited}\n\n## Assistant\n\nw1 w2 w3 w4\n`);
  const all = await exported("JSON");
  expect(all.name).toMatch(/\.json$/);
  const { messages } = JSON.parse(all.text) as { messages: { role: string; parentId: string | null }[] };
  expect(messages.map(({ role }) => role)).toEqual(["user", "assistant", "user", "assistant"]);
  expect(messages.filter(({ parentId }) => parentId === null)).toHaveLength(2);
  expect((await guest.request.get(`/api/chats/${id}/export`)).headers()["content-disposition"]).toContain("attachment");
});

test("nobody changes or exports somebody else's chat", async ({ guest, newcomer }) => {
  const id = await startChat(guest, prompt("words=3"));
  const stranger = await newcomer();
  await (await stranger.newPage()).goto("/");
  const refused = await stranger.request.patch(`/api/chats/${id}`, { data: { type: "rename", title: "Mine" } });
  expect(refused.status()).toBe(404);
  expect((await stranger.request.get(`/api/chats/${id}/export?format=json`)).status()).toBe(404);
  const wrong = await guest.request.patch(`/api/chats/${id}`, { data: { type: "rename", title: " \n" } });
  expect(wrong.status()).toBe(400);
});
