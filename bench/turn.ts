import type { Page } from "@playwright/test";
import type { MockOpenAI, ReceivedRequest } from "../tests/support/mock-openai.ts";
import { seen, untilWord, type Seen } from "./observe.ts";

/** The model's own time to its first word, which no app can beat. */
export const MODEL_MS = 300;
const RATE = 50;

/** One question and its answer, as the browser and as the model saw it. */
export interface Turn {
  seen: Seen;
  request: ReceivedRequest;
}

export interface Target {
  url: string;
  mock: MockOpenAI;
  /** Resolves when the app has nothing left to do for what happened so far. */
  settle(): Promise<void>;
}

let questions = 0;

/** Types a question, lets the app come to rest, presses Enter. Returns the number of words to expect and the prompt. */
export async function enter(page: Page, { settle }: Target, words: number): Promise<string> {
  const prompt = `words=${words} rate=${RATE} ttft=${MODEL_MS} question=${++questions}`;
  await page.getByLabel("Message", { exact: true }).fill(prompt);
  await settle();
  await page.keyboard.press("Enter");
  return prompt;
}

/** A whole turn. */
export async function ask(page: Page, target: Target, words: number): Promise<Turn> {
  const prompt = await enter(page, target, words);
  await untilWord(page, words);
  return { seen: await seen(page), request: requestFor(target.mock, prompt) };
}

export function requestFor(mock: MockOpenAI, prompt: string): ReceivedRequest {
  const found = mock.requests.filter((request) => request.prompt === prompt);
  const [request] = found;
  if (!request || found.length > 1) throw new Error(`the model was asked ${found.length} times: ${prompt}`);
  return request;
}

/** Enter → first word in the DOM, less the model's own time. */
export const firstWord = ({ seen, request }: Turn): number =>
  (seen.words[1] ?? Number.NaN) - seen.enteredAt - modelMs(request);

/** From the request to its first word. */
export const modelMs = ({ receivedAt, sentAt }: ReceivedRequest): number => (sentAt[0] ?? Number.NaN) - receivedAt;

/** Enter → the model has the request: the first half of the above. */
export const untilAsked = ({ seen, request }: Turn): number => request.receivedAt - seen.enteredAt;

/** Each word sent → in the DOM, from word number `from` on. */
export function wordDelays({ seen, request }: Turn, from = 1): number[] {
  return seen.words.slice(from).map((at, index) => at - (request.sentAt[from - 1 + index] ?? Number.NaN));
}

/** A page that is alive: both apps put the focus into the box as soon as they are. */
export async function open(page: Page, url: string): Promise<void> {
  await page.goto(url);
  await page.waitForFunction(() => document.activeElement?.tagName === "TEXTAREA");
}
