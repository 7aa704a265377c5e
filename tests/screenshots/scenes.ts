import { expect, type Page } from "@playwright/test";
import * as account from "../e2e/account.ts";
import {
  act,
  composer,
  isAlive,
  lastAnswer,
  openNewChat,
  questions,
  send,
  startChat,
  transcript,
  type,
} from "../e2e/conversation.ts";
import { choose, rowOf } from "../e2e/inbox.ts";

/** One picture: what is to be there before, for all of its pictures, and how a page comes to show it. */
export interface Scene {
  name: string;
  /** By the one who has the chats. Returns where to look. */
  prepare?: (page: Page) => Promise<unknown>;
  show?: (page: Page) => Promise<unknown>;
  /** Only where the list of chats is a drawer. */
  isForPhones?: boolean;
  /** Somebody who has no chats. */
  isNewcomer?: boolean;
}

/** The row at which things are done: it is near the top. */
const ROW = "Long answer 5000 words";
const button = (page: Page, name: string) => page.getByRole("button", { name, exact: true });
const isWide = (page: Page) => (page.viewportSize()?.width ?? 0) >= 768;

async function ask(page: Page, ...texts: [string, ...string[]]): Promise<void> {
  await openNewChat(page);
  await startChat(page, texts[0]);
  await isOver(page);
  for (const text of texts.slice(1)) {
    await send(page, text);
    await isOver(page);
  }
}

// The longest answer of the scenes takes a minute.
const isOver = (page: Page) => expect(button(page, "Stop")).toBeHidden({ timeout: 90_000 });

async function openList(page: Page): Promise<void> {
  if (!isWide(page)) await button(page, "Open chats").click();
}

export const SCENES: Scene[] = [
  { name: "start-empty", isNewcomer: true },
  { name: "conversation", prepare: (page) => ask(page, "Show me code", "And a table, please") },
  { name: "markdown", prepare: (page) => ask(page, "Show me Markdown") },
  {
    name: "reasoning",
    prepare: (page) => ask(page, "Think step by step: is 1,001 a prime number?"),
    show: (page) => lastAnswer(page).getByRole("button", { name: "Reasoning" }).click(),
  },
  {
    name: "tool",
    prepare: (page) => ask(page, "Calculate 6 * 7"),
    show: (page) =>
      lastAnswer(page)
        .getByRole("button", { name: /Run code/ })
        .click(),
  },
  {
    name: "approval",
    prepare: async (page) => {
      await ask(page, "Tell me about trams in Lisbon");
      await ask(page, "Rename my chat about Lisbon");
    },
  },
  { name: "question", prepare: (page) => ask(page, "Ask me a question") },
  {
    name: "sub-agent",
    prepare: (page) => ask(page, "Research durable chats"),
    show: (page) =>
      lastAnswer(page)
        .getByRole("button", { name: /Deep research/ })
        .click(),
  },
  {
    name: "sub-agent-page",
    show: async (page) => {
      await lastAnswer(page)
        .getByRole("button", { name: /Deep research/ })
        .click();
      await page.getByRole("link", { name: "Open sub-agent" }).click();
      await expect(page.getByRole("link", { name: /^Sub-agent of/ })).toBeVisible();
      await expect(lastAnswer(page)).toContainText("Search chats");
    },
  },
  { name: "failed", prepare: (page) => ask(page, "Show me an error") },
  {
    name: "branches",
    prepare: async (page) => {
      await ask(page, "What did I ask first?");
      await act(lastAnswer(page), "Regenerate");
      await expect(lastAnswer(page).getByRole("group", { name: "Branches" })).toContainText("2 / 2");
      await isOver(page);
    },
    show: (page) => act(lastAnswer(page), "Details"),
  },
  {
    name: "edit",
    show: (page) => act(questions(page).first(), "Edit message"),
  },
  { name: "models", show: (page) => page.getByRole("combobox", { name: "Model" }).click() },
  {
    name: "context",
    // So long that the ring is shown on phones as well.
    prepare: (page) => ask(page, "Write a long answer of 2000 words."),
    show: (page) => page.getByRole("button", { name: /^Context/ }).click(),
  },
  {
    name: "image",
    prepare: (page) => ask(page, "Draw a picture"),
    show: async (page) => {
      await button(page, "Enlarge Image").click();
      await expect(page.getByRole("dialog")).toBeVisible();
    },
  },
  {
    name: "running",
    prepare: async (page) => {
      await openNewChat(page);
      await startChat(page, "Write a long answer of 5000 words.");
      await expect(lastAnswer(page)).toContainText(" ");
      await type(page, "Then say it in one sentence", "Control+Enter");
      await type(page, "And in French", "Control+Enter");
      await expect(page.getByRole("list", { name: "Queued messages" }).getByRole("listitem")).toHaveCount(2);
    },
  },
  {
    name: "stopped",
    prepare: async (page) => {
      await button(page, "Stop").click();
      await expect(lastAnswer(page)).toContainText("Stopped");
    },
  },
  {
    name: "offline",
    show: async (page) => {
      await page.context().setOffline(true);
      await composer(page).fill("What else?");
      await composer(page).press("Enter");
      if (await questions(page).last().getByText("What else?").isHidden()) await button(page, "Send").click();
      await expect(page.getByRole("status").getByText("Offline")).toBeVisible();
    },
  },
  {
    name: "account",
    isNewcomer: true,
    show: async (page) => {
      await openList(page);
      await account.openAccountMenu(page);
    },
  },
  ...["Settings", "Keyboard shortcuts"].map((name): Scene => ({
    name: name.toLowerCase().replace(" ", "-"),
    isNewcomer: true,
    show: async (page) => {
      await openList(page);
      await account.choose(page, name);
      await expect(page.getByRole("dialog", { name })).toBeVisible();
    },
  })),
  { name: "sign-in", isNewcomer: true, show: (page) => page.goto("/sign-in") },
  {
    name: "sign-up",
    isNewcomer: true,
    show: async (page) => {
      await page.goto("/sign-up");
      await account.fillIn(page, "Sign up", "ada@example.org", "short");
      await expect(page.getByRole("alert")).toBeVisible();
    },
  },
  { name: "start", prepare: openNewChat },
  { name: "examples", show: (page) => button(page, "More examples").click() },
  { name: "chats", show: openList, isForPhones: true },
  {
    name: "row-menu",
    show: async (page) => {
      await openList(page);
      await rowOf(page, ROW).hover();
      await rowOf(page, ROW).getByRole("button", { name: "Chat actions" }).click();
      await expect(page.getByRole("menuitem", { name: "Rename" })).toBeVisible();
    },
  },
  {
    name: "rename",
    show: async (page) => {
      await openList(page);
      await choose(page, ROW, "Rename");
    },
  },
  {
    name: "archive",
    show: async (page) => {
      await openList(page);
      await page.getByRole("tab", { name: "Archived" }).click();
      await expect(page.getByText("Nothing is archived")).toBeVisible();
    },
  },
  {
    name: "search",
    show: async (page) => {
      await openList(page);
      await page.getByRole("searchbox").fill("Lisbon");
      await expect(page.getByRole("list", { name: "Search results" }).getByRole("link")).not.toHaveCount(0);
    },
  },
  {
    name: "search-nothing",
    show: async (page) => {
      await openList(page);
      await page.getByRole("searchbox").fill("unicorns");
      await expect(page.getByRole("search").getByRole("status")).not.toBeEmpty();
    },
  },
  {
    name: "not-found",
    prepare: async (page) => {
      await page.goto("/chats/nothing");
      await expect(page.getByRole("heading", { name: "Not found" })).toBeVisible();
    },
  },
];

/** The page is there, and nothing on it is still on its way. */
export async function isReady(page: Page): Promise<void> {
  if (new URL(page.url()).pathname !== "/chats/nothing" && isWide(page)) await isAlive(page);
  if (await transcript(page).isVisible()) await expect(lastAnswer(page)).toBeVisible();
  await page.waitForLoadState("networkidle").catch(() => {});
}
