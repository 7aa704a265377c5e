import { once } from "node:events";
import { Agent, get, type IncomingMessage } from "node:http";
import type { Browser } from "@playwright/test";
import { observe } from "../observe.ts";
import type { Skein } from "../skein.ts";
import { summarize, type Summary } from "../statistics.ts";
import { ask, enter, open, requestFor } from "../turn.ts";

/** How long a word takes to each of so many readers, from the model's hand on. */
export interface Readers {
  readers: number;
  delay: Summary;
}

const WORDS = 150;

/** One streaming chat, read through the web port by that many at once; the last reader to hear counts like the first. */
export async function measureReaders(browser: Browser, skein: Skein, readers: number): Promise<Readers> {
  const page = await browser.newPage();
  await observe(page);
  await open(page, skein.url);
  await ask(page, skein, 5);
  const chatId = new URL(page.url()).pathname.split("/").at(-1) ?? "";
  const answer = await page.request.post(`${skein.url}/api/chats/${chatId}/token`);
  const { token } = (await answer.json()) as { token: string };
  const leaving = new AbortController();
  const reading = await Promise.all(
    Array.from({ length: readers }, () => read(skein.url, { chatId, token, signal: leaving.signal })),
  );
  const prompt = await enter(page, skein, WORDS);
  const heard = await Promise.all(reading.map(({ words }) => words));
  leaving.abort();
  await page.close();
  const { sentAt } = requestFor(skein.mock, prompt);
  const delays = heard.flatMap((words) => words.map((at, word) => at - (sentAt[word] ?? Number.NaN)));
  return { readers, delay: summarize(delays) };
}

/**
 * Once connected: when each word of the turn that comes next was received. Fails when one is missing or comes twice. Plain
 * `http`, because fifty of `fetch`'s streams in the model's process take longer than what is measured.
 */
async function read(
  url: string,
  { chatId, token, signal }: { chatId: string; token: string; signal: AbortSignal },
): Promise<{ words: Promise<number[]> }> {
  const request = get(`${url}/realtime/v1/sessions/${chatId}/out`, {
    agent: new Agent(),
    headers: { authorization: `Bearer ${token}`, "timeout-seconds": "600" },
    signal,
  });
  const [response] = (await once(request, "response")) as [IncomingMessage];
  // It ends by being left.
  request.on("error", () => {});
  if (response.statusCode !== 200) throw new Error(`the stream answered ${response.statusCode}`);
  return { words: wordsOf(response) };
}

async function wordsOf(body: AsyncIterable<Buffer>): Promise<number[]> {
  let rest = "";
  let receivedAt: number[] = [];
  const decoder = new TextDecoder();
  for await (const bytes of body) {
    const now = Date.now();
    const events = (rest + decoder.decode(bytes, { stream: true })).split("\n\n");
    rest = events.pop() ?? "";
    for (const [, word] of events.join("\n").matchAll(/\\"delta\\":\\" ?w(\d+)\\"/g)) {
      // The turn before it, which every reader is told as well.
      if (word === "1") receivedAt = [];
      if (Number(word) !== receivedAt.push(now)) throw new Error(`w${word} came where w${receivedAt.length} was due`);
    }
    if (receivedAt.length === WORDS) return receivedAt;
  }
  throw new Error(`the stream ended after ${receivedAt.length} of ${WORDS} words`);
}
