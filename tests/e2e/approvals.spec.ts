import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Locator, Page } from "@playwright/test";
import pg from "pg";
import { expectedAnswer, startMockOpenAI } from "../support/mock-openai.ts";
import { modelEnvironment } from "../support/model-environment.ts";
import { runProcesses } from "../support/processes.ts";
import { query } from "../support/query.ts";
import { startStack } from "../support/stack.ts";
import {
  answers,
  chatIdOf,
  expectSettled,
  hearAnnouncements,
  lastAnswer,
  onAnotherDevice,
  openNewChat,
  prompt,
  requestsFor,
  saidTo,
  send,
  startChat,
} from "./conversation.ts";
import { expect, test } from "./fixtures.ts";
import { linkOf, rowOf } from "./inbox.ts";

// One of the stories kills runs.
test.use({ stackName: "approvals" });

/** How its row and a screen reader say what the tool wants: each name is isolated from the text around it. */
const RENAMING = "Rename “\u2068Before\u2069” to “\u2068After\u2069”";

/** An answer that says two words, calls this tool, and with its result says three more. Its chat is called "Asking". */
const calling = (tool: string, args: object) =>
  prompt(`title=Asking words=2 after=3 tool=${tool} args=${JSON.stringify(args)}`);
const renaming = (chatId: string, title: string) =>
  calling("tidyInbox", { changes: [{ action: "rename", chatId, title }] });
const asking = (more: object = {}) =>
  calling("askUser", { question: "Which colour?", options: ["Red", "Blue"], ...more });

const button = (within: Page | Locator, name: string) => within.getByRole("button", { name, exact: true });
const card = (page: Page) => lastAnswer(page).getByRole("group", { name: "Tidy inbox" });
const question = (page: Page) => lastAnswer(page).getByRole("group", { name: "Which colour?" });

/** A chat called so, which a tool can rename. */
async function named(page: Page, title: string): Promise<string> {
  await openNewChat(page);
  const chatId = await startChat(page, prompt(`words=1 title=${title}`));
  await expect(linkOf(page, `${title} w1`)).toBeVisible();
  await expectSettled(page);
  return chatId;
}

/** In a new chat, a tool wants to call that chat "After" and waits for the person. */
async function needingApproval(page: Page): Promise<{ asked: string; target: string }> {
  const target = await named(page, "Before");
  const asked = renaming(target, "After");
  await openNewChat(page);
  await startChat(page, asked);
  await expect(card(page)).toContainText("Needs approval");
  return { asked, target };
}

/** The answer has what comes after the tool, in the one message that asked. */
async function isWhole(page: Page) {
  await expect(lastAnswer(page)).toContainText("w3 w4 w5");
  await expect(lastAnswer(page)).toContainText(expectedAnswer(2));
  await expect(answers(page)).toHaveCount(1);
  await expectSettled(page);
}

test("a chat that comes to need the person while nobody looks gives a notice, and opens from its row", async ({
  guest: page,
}) => {
  const target = await named(page, "Before");
  await openNewChat(page);
  const chatId = await startChat(page, renaming(target, "After"));
  await page.getByRole("link", { name: "New chat" }).click();
  await expect(page.getByRole("status", { name: "News" })).toContainText("Asking needs you.");
  await expect(page).toHaveTitle("(1) New chat · Skein");
  await linkOf(page, "Asking").click();
  await expect.poll(() => chatIdOf(page)).toBe(chatId);
  await expect(card(page)).toContainText("Needs approval");
});

test("an approval is given in the card, and the answer goes on in the same message", async ({ guest: page, model }) => {
  const target = await named(page, "Before");
  await openNewChat(page);
  const heard = await hearAnnouncements(page);
  const asked = renaming(target, "After");
  await startChat(page, asked);
  await expect(card(page)).toContainText("Needs approval");
  await expect(card(page).getByRole("listitem")).toHaveText("Rename Before to After");
  await expect.poll(async () => (await heard()).at(-1)).toBe(`Needs approval: ${RENAMING}`);
  await button(card(page), "Approve").click();
  await isWhole(page);
  await expect(linkOf(page, "After w1")).toBeVisible();
  await page.reload();
  await isWhole(page);
  expect(requestsFor(model, asked).filter(({ hasResult }) => hasResult)).toHaveLength(1);
});

test("an approval is given from the row of another browser, after the app was started again", async ({ browser }) => {
  const dataDir = mkdtempSync(join(tmpdir(), "skein-approval-"));
  const model = await startMockOpenAI();
  const options = { dataDir, env: modelEnvironment(model) };
  const before = await startStack(options);
  const first = await browser.newContext({ baseURL: before.url });
  const page = await first.newPage();
  const { asked, target } = await needingApproval(page);
  const chatId = chatIdOf(page);
  const cookies = await first.cookies();
  await first.close();
  expect((await before.stop()).left).toEqual([]);

  const after = await startStack({ ...options, ports: before.ports });
  const second = await browser.newContext({ baseURL: after.url });
  await second.addCookies(cookies);
  const other = await second.newPage();
  await openNewChat(other);
  const row = rowOf(other, "Asking");
  await expect(row).toContainText("Needs you");
  await expect(row).toContainText(RENAMING);
  await button(row, "Approve").click();
  await expect(linkOf(other, "After w1")).toBeVisible({ timeout: 60_000 });
  await expect(button(row, "Approve")).toBeHidden();
  await expect(row).not.toContainText("Running");
  await other.goto(`/chats/${chatId}`);
  await isWhole(other);
  await expect(card(other)).toContainText("Done");
  const runs = await query(after.databaseUrl, "select output from tool_execution where chat_id = $1", [chatId]);
  expect(runs).toEqual([{ output: { done: 1, notFound: [] } }]);
  expect(requestsFor(model, asked).filter(({ hasResult }) => hasResult)).toHaveLength(1);
  expect(target).not.toBe(chatId);

  await second.close();
  await after.stop();
  await model.close();
  rmSync(dataDir, { recursive: true, force: true });
});

test("two devices that say two things at once come to one outcome", async ({ guest: page, newcomer, stack }) => {
  await needingApproval(page);
  const other = await onAnotherDevice(page, newcomer);
  await expect(button(card(other), "Deny")).toBeVisible();
  await Promise.all([button(card(page), "Approve").click(), button(card(other), "Deny").click()]);
  await isWhole(page);
  await isWhole(other);
  const [answer] = await query<{ approved: boolean }>(
    stack.databaseUrl,
    "select approved from tool_answer where chat_id = $1",
    [chatIdOf(page)],
  );
  const state = answer?.approved ? "Done" : "Denied";
  await expect(card(page)).toContainText(state);
  await expect(card(other)).toContainText(state);
  await expect(linkOf(page, answer?.approved ? "After w1" : "Before w1")).toBeVisible();
});

test("a denial runs nothing, and the model is told the reason", async ({ guest: page, model }) => {
  const { asked } = await needingApproval(page);
  await card(page).getByRole("textbox", { name: "Reason to deny" }).fill("I like its name");
  await button(card(page), "Deny").click();
  await isWhole(page);
  await expect(card(page)).toContainText("Denied");
  await card(page).getByRole("button", { expanded: false }).click();
  await expect(card(page)).toContainText("Rename Before to After");
  await expect(card(page)).toContainText("I like its name");
  await expect(linkOf(page, "Before w1")).toBeVisible();
  expect(JSON.stringify(saidTo(requestsFor(model, asked).at(-1)))).toContain("I like its name");
});

test("always for this chat asks no more in it", async ({ guest: page }) => {
  const { target } = await needingApproval(page);
  await button(card(page), "Always for this chat").click();
  await isWhole(page);
  await send(page, renaming(target, "Twice"));
  await expect(lastAnswer(page)).toContainText("w3 w4 w5");
  await expect(linkOf(page, "Twice w1")).toBeVisible();
  await expectSettled(page);
});

test("a question is answered by an option from its row, and in other words from another device", async ({
  guest: page,
  newcomer,
  model,
}) => {
  const first = asking();
  await startChat(page, first);
  await expect(button(question(page), "Red")).toBeVisible();
  await expect(rowOf(page, "Asking")).toContainText("Which colour?");
  await button(rowOf(page, "Asking"), "Blue").click();
  await isWhole(page);
  expect(JSON.stringify(saidTo(requestsFor(model, first).at(-1)))).toContain("Blue");

  await openNewChat(page);
  const second = asking();
  await startChat(page, second);
  await expect(button(question(page), "Red")).toBeVisible();
  const other = await onAnotherDevice(page, newcomer);
  await question(other).getByRole("textbox", { name: "Another answer" }).fill("Green, please");
  await button(question(other), "Answer").click();
  await isWhole(other);
  await isWhole(page);
  expect(JSON.stringify(saidTo(requestsFor(model, second).at(-1)))).toContain("Green, please");
});

test("a run that is killed in a tool with an effect has it happen at most once, and the transcript says so", async ({
  guest: page,
  model,
  stack,
}) => {
  const { asked, target } = await needingApproval(page);
  // The tool gets as far as its effect, and no further.
  const holder = new pg.Client({ connectionString: stack.databaseUrl });
  await holder.connect();
  await holder.query("begin");
  await holder.query("select from chat where id = $1 for update", [target]);
  await button(card(page), "Approve").click();
  const begun = () => query(stack.databaseUrl, "select from tool_execution where chat_id = $1", [chatIdOf(page)]);
  await expect.poll(begun, { timeout: 30_000 }).toHaveLength(1);
  for (const pid of runProcesses(stack.pids().worker ?? 0)) process.kill(pid, "SIGKILL");
  await holder.query("rollback");
  await holder.end();
  await expect(lastAnswer(page)).toContainText("w3 w4 w5", { timeout: 60_000 });
  await isWhole(page);
  await expect(card(page)).toContainText("Failed");
  await card(page).getByRole("button", { expanded: false }).click();
  await expect(card(page)).toContainText("It was not started again");
  expect(await begun()).toHaveLength(1);
  const told = requestsFor(model, asked).filter(({ hasResult }) => hasResult);
  expect(JSON.stringify(saidTo(told.at(-1)))).toContain("not started again");
  await page.reload();
  await isWhole(page);
  await expect(card(page)).toContainText("Failed");
});
