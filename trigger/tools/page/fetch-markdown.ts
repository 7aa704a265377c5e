import { STATUS_CODES } from "node:http";
import { inWorker } from "../in-worker.ts";
import { ToolError } from "../tool-error.ts";
import { readBody, type Body } from "./body.ts";
import { parseAddress, publicReach, type Reach } from "./public-address.ts";
import type { Html, Readable } from "./readable.ts";
import { request } from "./request.ts";

export interface Page extends Readable {
  url: string;
  isCut: boolean;
  fetchedAt: string;
}

interface Limits {
  timeoutMs: number;
  maxBytes: number;
}

const LIMITS: Limits = { timeoutMs: 10_000, maxBytes: 2 * 1024 * 1024 };
const MAX_REDIRECTS = 5;
const MAX_MARKDOWN = 40_000;
const MAX_TITLE = 300;
const READER_MB = 160;
const REDIRECTS = [301, 302, 303, 307, 308];

/**
 * What a page says. Throws a ToolError for the person and the model when it is none, is not public or takes too long, and
 * the signal's reason when it is stopped.
 */
export async function fetchMarkdown(
  address: string,
  { signal, reach = publicReach, limits = LIMITS }: { signal?: AbortSignal; reach?: Reach; limits?: Limits } = {},
): Promise<Page> {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), limits.timeoutMs);
  const until = AbortSignal.any([late.signal, ...(signal ? [signal] : [])]);
  // A name that does not resolve and a body that never ends both end with this.
  const ended = new Promise<never>((_resolve, reject) => {
    until.addEventListener("abort", () => reject(until.reason as Error));
  });
  ended.catch(() => {});
  try {
    return await Promise.race([fetchPage(parseAddress(address), reach, limits.maxBytes, until), ended]);
  } catch (error) {
    signal?.throwIfAborted();
    if (late.signal.aborted) throw new ToolError(`The page took longer than ${limits.timeoutMs / 1000} seconds.`);
    throw error;
  } finally {
    clearTimeout(timer);
    late.abort();
  }
}

async function fetchPage(start: URL, reach: Reach, maxBytes: number, signal: AbortSignal): Promise<Page> {
  const { url, body } = await follow(start, reach, maxBytes, signal);
  const { title, markdown } = await readable(body, url.href, signal);
  const text = markdown.replaceAll("\0", "").toWellFormed();
  return {
    url: url.href,
    title: title.replaceAll("\0", "").replace(/\s+/g, " ").slice(0, MAX_TITLE).toWellFormed() || url.hostname,
    markdown: text.slice(0, MAX_MARKDOWN).toWellFormed(),
    isCut: body.isCut || text.length > MAX_MARKDOWN,
    fetchedAt: new Date().toISOString(),
  };
}

async function follow(
  start: URL,
  reach: Reach,
  maxBytes: number,
  signal: AbortSignal,
): Promise<{ url: URL; body: Body }> {
  let url = start;
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
    const response = await request(url, reach, signal);
    const { statusCode: status = 0, headers } = response;
    if (REDIRECTS.includes(status) && headers.location !== undefined) {
      response.destroy();
      url = parseAddress(headers.location, url.href);
      continue;
    }
    if (status < 200 || status > 299) {
      response.destroy();
      throw new ToolError(
        `${url.hostname} answered with ${status}${STATUS_CODES[status] ? ` (${STATUS_CODES[status]})` : ""}.`,
      );
    }
    try {
      return { url, body: await readBody(response, maxBytes) };
    } catch (cause) {
      if (cause instanceof ToolError || signal.aborted) throw cause;
      throw new ToolError(`The page from ${url.hostname} broke off.`, { cause });
    }
  }
  throw new ToolError(`The page sends one on more than ${MAX_REDIRECTS} times.`);
}

async function readable({ type, text }: Body, url: string, signal: AbortSignal): Promise<Readable> {
  if (type === "text/html" || type === "application/xhtml+xml") return readHtml({ html: text, url }, signal);
  const isMarkdown = type === "text/markdown" || type === "text/plain";
  return { title: "", markdown: isMarkdown ? text.trim() : fenced(text, type) };
}

async function readHtml(input: Html, signal: AbortSignal): Promise<Readable> {
  const { url } = await import("./readable-worker.ts");
  try {
    return (await inWorker(url, { input, signal, timeoutMs: LIMITS.timeoutMs, memoryMb: READER_MB })) as Readable;
  } catch (cause) {
    signal.throwIfAborted();
    throw new ToolError("This page is too complicated to be read.", { cause });
  }
}

/** A fence longer than any inside of it. */
function fenced(text: string, type: string): string {
  const longest = (text.match(/`{3,}/g) ?? []).reduce((most, run) => Math.max(most, run.length), 2);
  const fence = "`".repeat(longest + 1);
  return `${fence}${/json|xml|css|csv/.exec(type)?.[0] ?? ""}\n${text}\n${fence}`;
}
