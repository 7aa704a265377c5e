import type { Page } from "@playwright/test";
import type { ChatPageData } from "../../src/lib/chat/types.ts";
import { query } from "../support/query.ts";
import {
  chatIdOf,
  expectAnswer,
  isAlive,
  onAnotherDevice,
  prompt,
  send,
  startChat,
  transcript,
  untilSaved,
} from "./conversation.ts";
import { expect, test } from "./fixtures.ts";
import { chats, choose, linkOf } from "./inbox.ts";

const page = async (guest: Page, id: string) =>
  (await (await guest.request.get(`/api/chats/${id}`)).json()) as ChatPageData;

test("a deleted chat is gone on every device at once, and all of it comes back by Undo", async ({
  guest,
  newcomer,
}) => {
  const question = prompt("words=3");
  const id = await startChat(guest, question);
  await expectAnswer(guest, 3);
  await untilSaved(guest);
  const other = await onAnotherDevice(guest, newcomer);
  const exported = async () => (await guest.request.get(`/api/chats/${id}/export?format=json`)).text();
  const before = await exported();
  await choose(guest, question, "Delete");
  await expect(guest).toHaveTitle("New chat · Skein");
  for (const page of [guest, other]) await expect(linkOf(page, question)).toHaveCount(0);
  await expect(other.getByRole("alert")).toContainText("This chat was deleted.");
  expect((await guest.request.get(`/api/chats/${id}`)).status()).toBe(404);

  await guest.getByRole("button", { name: "Undo", exact: true }).click();
  for (const page of [guest, other]) await expect(linkOf(page, question)).toBeVisible();
  await linkOf(guest, question).click();
  await expectAnswer(guest, 3);
  await expect(other.getByRole("alert")).toHaveCount(0);
  expect(await exported()).toBe(before);
});

test("what was missed while a device slept is made up for", async ({ guest, newcomer, stack }) => {
  const titles = ["words=3", "words=4", "words=5"].map(prompt) as [string, string, string];
  for (const [at, title] of titles.entries()) {
    await guest.goto("/");
    await isAlive(guest);
    await startChat(guest, title);
    await expectAnswer(guest, at + 3);
  }
  const other = await onAnotherDevice(guest, newcomer);
  await expect(linkOf(other, titles[0])).toBeVisible();
  await other.context().setOffline(true);
  await choose(guest, titles[0], "Archive");
  await choose(guest, titles[1], "Delete");
  await choose(guest, titles[2], "Pin");
  await expect
    .poll(async () => {
      const sql = `select id from chat where pinned_at is not null and title = $1`;
      return (await query(stack.databaseUrl, sql, [titles[2]])).length;
    })
    .toBe(1);
  await expect(linkOf(other, titles[0])).toBeVisible();
  await other.context().setOffline(false);
  await expect(chats(other).getByRole("region", { name: "Pinned" }).getByRole("link")).toContainText(titles[2]);
  for (const title of titles.slice(0, 2)) await expect(linkOf(other, title)).toHaveCount(0);
});

test("a chat that ends in the background gives one notice, which leads to it and to what is new", async ({ guest }) => {
  const question = prompt("words=3");
  const id = await startChat(guest, question);
  await expectAnswer(guest, 3);
  await untilSaved(guest);
  await send(guest, prompt("words=30 rate=30"));
  await guest.getByRole("link", { name: "New chat" }).click();
  await isAlive(guest);
  const notice = guest.getByRole("status", { name: "News" }).getByRole("link");
  await expect(notice).toContainText(`${question} has an answer.`);
  await notice.click();
  await expect.poll(() => chatIdOf(guest)).toBe(id);
  await expect(notice).toHaveCount(0);
  await expectAnswer(guest, 30);
  const divider = transcript(guest).getByRole("separator", { name: "New since you were here" });
  await expect(divider).toHaveCount(1);
  const order = await transcript(guest)
    .locator("article, [role=separator]")
    .evaluateAll((all) => all.map((element) => element.getAttribute("data-role") ?? "new"));
  expect(order).toEqual(["user", "assistant", "user", "new", "assistant"]);
  await send(guest, prompt("words=2"));
  await expect(divider).toHaveCount(0);
  await expectAnswer(guest, 2);
  await expect.poll(async () => (await page(guest, id)).chat.newSince).toBeNull();
  await guest.reload();
  await isAlive(guest);
  await expect(divider).toHaveCount(0);
});

test("an archived chat is in the inbox again when something is said in it", async ({ guest }) => {
  const question = prompt("words=3");
  await startChat(guest, question);
  await expectAnswer(guest, 3);
  await choose(guest, question, "Archive");
  await expect(linkOf(guest, question)).toHaveCount(0);
  await send(guest, prompt("words=4"));
  await expect(linkOf(guest, question)).toBeVisible();
  await expectAnswer(guest, 4);
});
