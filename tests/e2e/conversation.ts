import { randomUUID } from "node:crypto";
import { expect, type BrowserContext, type Locator, type Page } from "@playwright/test";
import type { ChatPageData } from "../../src/lib/chat/types.ts";
import { expectedAnswer, type MockOpenAI, type ReceivedRequest } from "../support/mock-openai.ts";

/** What a person does in a conversation and sees of it, by role and name. */

/** A prompt for the model's script that no other test sends. */
export const prompt = (script: string) => `${script} #${randomUUID().slice(0, 8)}`;

export const composer = (page: Page) => page.getByRole("textbox", { name: "Message", exact: true });
export const transcript = (page: Page) => page.getByRole("log", { name: "Conversation" });
export const questions = (page: Page) => transcript(page).getByRole("article", { name: "You" });
export const answers = (page: Page) => transcript(page).getByRole("article", { name: "Assistant" });
export const lastAnswer = (page: Page) => answers(page).last();

/** The page takes the focus into its composer once it is alive. */
export const isAlive = (page: Page) => expect(composer(page)).toBeFocused();

export async function openNewChat(page: Page): Promise<void> {
  await page.goto("/");
  await isAlive(page);
}

/** Types and presses Enter. */
export async function send(page: Page, text: string): Promise<void> {
  await composer(page).fill(text);
  await composer(page).press("Enter");
  await expect(questions(page).last()).toContainText(text);
  await expect(composer(page)).toHaveValue("");
}

/** The same without waiting for what comes of it: while a turn runs, it is not in the transcript at once. */
export async function type(page: Page, text: string, key = "Enter"): Promise<void> {
  await composer(page).fill(text);
  await composer(page).press(key);
  await expect(composer(page)).toHaveValue("");
}

/** What waits above the composer. */
export const queued = (page: Page) => page.getByRole("list", { name: "Queued messages" }).getByRole("listitem");

/** The first message of a chat. Returns the chat's id. */
export async function startChat(page: Page, text: string): Promise<string> {
  await send(page, text);
  return chatIdOf(page);
}

export const chatIdOf = (page: Page) => new URL(page.url()).pathname.split("/").at(-1) ?? "";

/** `branch`: which of how many answers it says it is, `2 / 2`. */
export const wholeAnswer = (words: number, branch = "") =>
  new RegExp(String.raw`^\s*${expectedAnswer(words)}\s*${branch}\s*$`);

/** Nothing missing, nothing twice, nothing else. */
export async function expectAnswer(
  page: Page,
  words: number,
  { within = 15_000, nth = -1, branch = "" } = {},
): Promise<void> {
  await expect(answers(page).nth(nth)).toHaveText(wholeAnswer(words, branch), { timeout: within });
  await expectSettled(page);
}

/** Nothing runs any more, and nothing went wrong. */
export async function expectSettled(page: Page): Promise<void> {
  await expect(page.getByRole("button", { name: "Stop", exact: true })).toBeHidden();
  await expect(page.getByRole("alert")).toHaveCount(0);
}

/** The database has the turn too: one whose run is killed before that is answered again. */
export async function untilSaved(page: Page): Promise<void> {
  const stored = async () =>
    (await (await page.request.get(`/api/chats/${chatIdOf(page)}`)).json()) as Pick<ChatPageData, "session">;
  await expect.poll(async () => (await stored()).session.isStreaming).toBe(false);
}

/** In the middle of an answer: this word is there, and the rest is not. */
export async function untilWord(answer: Locator, word: number): Promise<void> {
  await expect(answer).toContainText(new RegExp(String.raw`\bw${word}\b`));
}

export const requestsFor = (model: MockOpenAI, text: string) =>
  model.requests.filter((request) => request.prompt === text);

/** The message of the transcript that has this text. */
export const messageWith = (page: Page, text: string) =>
  transcript(page).getByRole("article").filter({ hasText: text });

/** Which of its branches a message is: "2 / 3". */
export const pickerOf = (message: Locator) => message.getByRole("group", { name: "Branches" });

export async function expectBranch(message: Locator, place: string): Promise<void> {
  await expect(pickerOf(message)).toContainText(place);
}

export const nextBranch = (message: Locator) => pickerOf(message).getByRole("button", { name: "Next branch" }).click();
export const previousBranch = (message: Locator) =>
  pickerOf(message).getByRole("button", { name: "Previous branch" }).click();

/** One of the things to do with a message, as the mouse finds it. */
export async function act(message: Locator, name: string): Promise<void> {
  await message.hover();
  await message.getByRole("button", { name, exact: true }).click();
}

/** Edits a message and sends it. */
export async function editMessage(page: Page, message: Locator, text: string): Promise<void> {
  await act(message, "Edit message");
  await page.getByRole("textbox", { name: "Edit message" }).fill(text);
  await page.getByRole("button", { name: "Save and send" }).click();
  await expect(questions(page).last()).toContainText(text);
}

/** The same person in another browser, at the same address. */
export async function onAnotherDevice(page: Page, newcomer: () => Promise<BrowserContext>): Promise<Page> {
  const context = await newcomer();
  await context.addCookies(await page.context().cookies());
  const other = await context.newPage();
  await other.goto(page.url());
  await isAlive(other);
  return other;
}

/** What the model was told, without our own instructions. */
export const saidTo = (request: ReceivedRequest | undefined) =>
  request?.messages.filter(({ role }) => role !== "system").map(({ content }) => content);

/** Everything a screen reader is told from now on, in order: an announcement may be gone before anybody looks. */
export async function hearAnnouncements(page: Page): Promise<() => Promise<string[]>> {
  await page.evaluate(() => {
    const heard: string[] = [];
    const last = new WeakMap<Element, string>();
    const listen = () => {
      for (const region of document.querySelectorAll("[role=status]:not([aria-live=off])")) {
        const text = region.textContent?.trim() ?? "";
        if (text !== "" && text !== last.get(region)) heard.push(text);
        last.set(region, text);
      }
    };
    listen();
    new MutationObserver(listen).observe(document.body, { subtree: true, childList: true, characterData: true });
    Object.assign(window, { heard });
  });
  return () => page.evaluate(() => (window as unknown as { heard: string[] }).heard);
}
