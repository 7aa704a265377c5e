import type { Page } from "@playwright/test";
import { setTimeout as sleep } from "node:timers/promises";
import type { MockOpenAI, ReceivedRequest } from "../../tests/support/mock-openai.ts";
import type { Place } from "./places.ts";
import { pressStop } from "./watch.ts";

export interface Stop {
  /** Click → the provider sees the request aborted, in milliseconds. */
  abortedMs: number;
  /** Click → the composer sends again. */
  readyMs: number;
  /** Words sent after the click. */
  sentAfter: number;
}

const PATIENCE_MS = 15_000;
const RATE = 30;
let prompts = 0;

/** What is asked: the answer is stopped after so many words, or before the first one, and long before its end. */
export function promptOf(afterWords: number): string {
  return `words=3000 rate=${RATE}${afterWords === 0 ? " ttft=5000" : ""} stop=${++prompts}`;
}

/** Stops one answer from that place and sends a message at once, whose context has to be what was shown. */
export async function measureStop(place: Place, mock: MockOpenAI, afterWords: number): Promise<Stop> {
  const prompt = promptOf(afterWords);
  const page = await place.begin(prompt, async () => void (await requestFor(mock, prompt)));
  // The timers of a page in the background are slow.
  await page.bringToFront();
  const seen = await pressStop(page, prompt, afterWords);
  const next = await sendNext(page, mock);
  const request = await requestFor(mock, prompt);
  const abortedAt = await until(() => request.abortedAt, "the provider was left generating");
  expectContext(next, request, seen.words);
  return {
    abortedMs: abortedAt - seen.clickedAt,
    readyMs: seen.readyAt - seen.clickedAt,
    sentAfter: request.sentAt.filter((at) => at > seen.clickedAt).length,
  };
}

async function sendNext(page: Page, mock: MockOpenAI): Promise<ReceivedRequest> {
  const prompt = `words=3 next=${++prompts}`;
  await page.getByLabel("Message", { exact: true }).fill(prompt);
  await page.keyboard.press("Enter");
  const request = await requestFor(mock, prompt);
  await page.waitForFunction(
    () =>
      document.querySelector("button[aria-label=Stop]") === null &&
      /\bw3\b/.test([...document.querySelectorAll("[role=log] article")].at(-1)?.textContent ?? ""),
  );
  return request;
}

/** What was stopped is what the next answer is about: nothing of what was shown is missing. */
function expectContext(next: ReceivedRequest, { prompt, sent }: ReceivedRequest, shown: number): void {
  const before = next.messages.slice(0, -1);
  const at = before.findLastIndex(({ role, content }) => role === "user" && content === prompt);
  const told = before.slice(at + 1).map(({ content }) => content.split(" ").length);
  const words = told[0] ?? 0;
  if (at === -1 || told.length > 1 || words < shown || words > sent)
    throw new Error(`${shown} words were shown and ${sent} sent, and the next answer was told ${words}: ${prompt}`);
}

function requestFor(mock: MockOpenAI, prompt: string): Promise<ReceivedRequest> {
  return until(() => mock.requests.find((request) => request.prompt === prompt), `the model was not asked: ${prompt}`);
}

async function until<T>(look: () => T | undefined, otherwise: string): Promise<T> {
  for (const end = Date.now() + PATIENCE_MS; Date.now() < end; await sleep(5)) {
    const found = look();
    if (found !== undefined) return found;
  }
  throw new Error(otherwise);
}
