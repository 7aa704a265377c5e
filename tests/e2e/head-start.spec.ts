import type { Page } from "@playwright/test";
import { expectedAnswer } from "../support/mock-openai.ts";
import {
  answers,
  composer,
  expectAnswer,
  expectSettled,
  prompt,
  questions,
  requestsFor,
  startChat,
} from "./conversation.ts";
import { expect, test } from "./fixtures.ts";

/** Posts the form of the new-chat page and does not follow its redirect: a chat whose page nobody has opened yet. */
async function createUnopened(page: Page, text: string): Promise<string> {
  const response = await page.request.post("/", {
    form: { text },
    headers: { origin: new URL(page.url()).origin, accept: "text/html" },
    maxRedirects: 0,
  });
  expect(response.status()).toBe(303);
  return response.headers().location ?? "";
}

async function expectOneTurn(page: Page, question: string, words: number) {
  await expectAnswer(page, words);
  await expect(questions(page)).toHaveText([question]);
  await expect(answers(page)).toHaveCount(1);
}

test("a reload at once does not start the first turn again", async ({ guest, model }) => {
  const question = prompt("words=60 rate=20 ttft=500");
  await startChat(guest, question);
  await guest.reload();
  await expect(questions(guest)).toHaveText([question]);
  await guest.reload();
  await expectOneTurn(guest, question, 60);
  expect(requestsFor(model, question)).toHaveLength(1);
});

test("a hover loads the page in advance, and opening it then starts nothing twice", async ({ guest, model }) => {
  const question = prompt("words=60 rate=20 ttft=500");
  const path = await createUnopened(guest, question);
  const row = guest.getByRole("navigation", { name: "Chats" }).getByRole("link", { name: question });
  await expect(row).toBeVisible();
  const prefetched = guest.waitForResponse((response) => response.url().includes(`${path}/__data.json`));
  await row.hover();
  expect((await prefetched).ok()).toBe(true);
  expect(new URL(guest.url()).pathname).toBe("/");
  await row.click();
  await guest.waitForURL(`**${path}`);
  await expectOneTurn(guest, question, 60);
  expect(requestsFor(model, question)).toHaveLength(1);
});

test("two tabs at the same moment start one turn and show one answer each", async ({ guest, model }) => {
  const question = prompt("words=60 rate=20 ttft=500");
  const path = await createUnopened(guest, question);
  const tabs = [guest, await guest.context().newPage(), await guest.context().newPage()];
  await Promise.all(tabs.map((tab) => tab.goto(path)));
  for (const tab of tabs) await expectOneTurn(tab, question, 60);
  expect(requestsFor(model, question)).toHaveLength(1);
  await expect(composer(guest)).toHaveValue("");
});

test("a first turn that calls a tool is one answer: the agent goes on where the web server left off", async ({
  guest,
  model,
}) => {
  const question = prompt("words=5 tool=searchChats query=nothing after=5");
  await startChat(guest, question);
  await expect(answers(guest)).toHaveText(
    new RegExp(`^\\s*${expectedAnswer(5)}\\s*Search chats\\s*nothing\\s*([\\d.]+ s\\s*)?Done[^w]*w6 w7 w8 w9 w10\\s*$`),
  );
  await expectSettled(guest);
  await expect(answers(guest)).toHaveCount(1);
  expect(requestsFor(model, question).map(({ hasResult }) => hasResult)).toEqual([false, true]);
  await guest.reload();
  await expect(answers(guest)).toContainText("w6 w7 w8 w9 w10");
});
