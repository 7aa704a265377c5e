import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { GO_ON } from "../../src/lib/tools/instructions.ts";

/**
 * An OpenAI-compatible server with a script instead of a model. The last user message of a request says what happens:
 *
 *     words=200 rate=50 ttft=300    200 numbered words, 50 a second, the first after 300 ms
 *     status=429                    the request is refused
 *     hang                          it is accepted and nothing follows; hang=20: after 20 words
 *     break=20                      the socket is destroyed after 20 words
 *     fail=2                        with status or break: only the first 2 requests with this very text
 *     say=Oslo                      that one word instead of numbered ones
 *     tokens=7000                   that many tokens are reported; nousage: none are
 *     limit=3                       refused as too long with more than 3 messages, instructions not counted
 *     tool=searchChats query=Oslo   after its words that tool is called; with the result, the answer goes on for
 *     args={"code":"1"}             the whole input of the tool, in the place of a query
 *     calls=2                       so often at once; "%n" in the input is the number of the call
 *     after=5                       5 more words (20)
 *     obey                          a page that a tool fetched is a script too: what it says to call is called
 *     notools                       refused if any tool is offered
 *
 * An answer that is to go on goes on after its last number. Every word is numbered, so a lost or doubled chunk shows in
 * the text. A request for a summary is known by its instructions. What it is about says what happens, the last word on
 * a matter counts:
 *
 *     swords=9                      9 numbered words: s1 s2 s3 …
 *     sttft=300                     after 300 ms
 *     sstatus=500                   refused
 *
 * So is a request for a chat's name. Unless its question says something else, none is found:
 *
 *     title=Some_words              the name, underscores for spaces; title="…" for anything else
 *     tttft=300                     after 300 ms
 *     tstatus=500                   refused
 *     thang                         nothing follows
 */
export interface MockOpenAI {
  url: string;
  port: number;
  /** What answers were asked for, and summaries. */
  requests: ReceivedRequest[];
  /** What names of chats were asked for: they come when they come, beside the answers. */
  titleRequests: ReceivedRequest[];
  /** Keeps every answer to this prompt after so many words, until the returned function lets them go on. */
  hold(prompt: string, words: number): () => void;
  /** Keeps the name of the chat that begins with this prompt. */
  holdTitle(prompt: string): () => void;
  close(): Promise<void>;
}

type Requests = Pick<MockOpenAI, "requests" | "titleRequests">;
interface Holds {
  answers: Map<string, { words: number; released: Promise<void> }>;
  titles: Map<string, Promise<void>>;
}

export interface ReceivedRequest {
  /** 1, 2, 3 … */
  number: number;
  model: string;
  messages: { role: string; content: string }[];
  prompt: string;
  /** The images of the last user message, as the data URLs they came in. */
  images: string[];
  isSummary: boolean;
  authorization: string | undefined;
  /** All of it, in epoch milliseconds. */
  receivedAt: number;
  /** The number of the last word that the answer has already: 0 unless it is to go on. */
  from: number;
  /** It comes with the result of a tool that the answer called. */
  hasResult: boolean;
  /** How many words were sent so far, and when each was handed to the socket (epoch milliseconds). */
  sent: number;
  sentAt: number[];
  /** When the client went away before the end. */
  abortedAt?: number;
  finishedAt?: number;
}

export interface Script {
  words: number;
  rate: number;
  ttft: number;
  status?: number;
  hangAfter?: number;
  breakAfter?: number;
  failures: number;
  say?: string;
  /** What is reported; undefined: what was sent. */
  tokens?: number;
  reportsUsage: boolean;
  limit: number;
  tool?: string;
  /** As JSON. */
  input: string;
  calls: number;
  after: number;
  obeysPages: boolean;
  refusesTools: boolean;
}

/** The whole text of an answer of `words` words: `w1 w2 w3 …`. */
export function expectedAnswer(words: number): string {
  return numbered("w", words);
}

/** The same of a summary: `s1 s2 s3 …`. */
export function expectedSummary(words: number): string {
  return numbered("s", words);
}

function numbered(letter: string, words: number): string {
  return Array.from({ length: words }, (_, index) => `${letter}${index + 1}`).join(" ");
}

export function parseScript(prompt: string): Script {
  const value = (name: string) => {
    const found = new RegExp(String.raw`\b${name}=(\d+)`).exec(prompt)?.[1];
    return found === undefined ? undefined : Number(found);
  };
  const hangs = /\bhang\b/.test(prompt);
  return {
    words: value("words") ?? 20,
    rate: value("rate") ?? 200,
    ttft: value("ttft") ?? 0,
    status: value("status"),
    hangAfter: value("hang") ?? (hangs ? 0 : undefined),
    breakAfter: value("break"),
    failures: value("fail") ?? Infinity,
    say: /\bsay=(\S+)/.exec(prompt)?.[1],
    tokens: value("tokens"),
    reportsUsage: !/\bnousage\b/.test(prompt),
    limit: value("limit") ?? Infinity,
    tool: /\btool=(\w+)/.exec(prompt)?.[1],
    input:
      /\bargs=(\{.*\})/s.exec(prompt)?.[1] ?? JSON.stringify({ query: /\bquery=(\S+)/.exec(prompt)?.[1] ?? "nothing" }),
    calls: value("calls") ?? 1,
    after: value("after") ?? 20,
    obeysPages: /\bobey\b/.test(prompt),
    refusesTools: /\bnotools\b/.test(prompt),
  };
}

function parseSummaryScript(conversation: string) {
  const value = (name: string) => {
    const found = [...conversation.matchAll(new RegExp(String.raw`\b${name}=(\d+)`, "g"))].at(-1)?.[1];
    return found === undefined ? undefined : Number(found);
  };
  return { words: value("swords") ?? 5, ttft: value("sttft") ?? 0, status: value("sstatus") ?? 200 };
}

function parseTitleScript(question: string) {
  const value = (name: string) => Number(new RegExp(String.raw`\b${name}=(\d+)`).exec(question)?.[1] ?? 0);
  const [, quoted, words] = /\btitle=(?:"([^"]*)"|(\S+))/.exec(question) ?? [];
  return {
    title: quoted ?? words?.replaceAll("_", " ") ?? "",
    ...{ ttft: value("tttft"), status: value("tstatus") || 200, hangs: /\bthang\b/.test(question) },
  };
}

/** Starts the server on a free port of this machine, or on the given one. */
export async function startMockOpenAI({ port = 0 }: { port?: number } = {}): Promise<MockOpenAI> {
  const received: Requests = { requests: [], titleRequests: [] };
  const holds: Holds = { answers: new Map(), titles: new Map() };
  const server = createServer((request, response) => {
    answer(request, response, received, holds).catch((error: unknown) => {
      if (!response.headersSent) refuse(response, 400, String(error));
      else response.destroy();
    });
  });
  await new Promise<void>((resolve, reject) => server.once("error", reject).listen(port, "127.0.0.1", resolve));
  const address = server.address();
  const bound = typeof address === "object" && address ? address.port : port;
  return {
    url: `http://127.0.0.1:${bound}/v1`,
    port: bound,
    ...received,
    hold(prompt, words) {
      let release = () => {};
      holds.answers.set(prompt, { words, released: new Promise<void>((resolve) => (release = resolve)) });
      return () => {
        holds.answers.delete(prompt);
        release();
      };
    },
    holdTitle(prompt) {
      let release = () => {};
      holds.titles.set(prompt, new Promise<void>((resolve) => (release = resolve)));
      return release;
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function answer(request: IncomingMessage, response: ServerResponse, lists: Requests, holds: Holds) {
  const { requests, titleRequests } = lists;
  const path = request.url?.split("?")[0];
  if (request.method === "GET" && path === "/v1/models")
    return json(response, { object: "list", data: [{ id: "mock", object: "model" }] });
  // For a test in another process than a standalone server.
  if (request.method === "GET" && path === "/requests") return json(response, requests);
  if (request.method !== "POST" || path !== "/v1/chat/completions") return refuse(response, 404, "not found");
  const text = await textOf(request);
  // A long conversation takes a while to read, and that is the model's own time.
  const receivedAt = Date.now();
  const body = JSON.parse(text) as {
    model?: string;
    stream?: boolean;
    messages: { role: string; content: unknown }[];
    tools?: unknown[];
  };
  const isTitle = isTold(body.messages, /^Name the conversation\b/);
  const received = record(request, body, isTitle ? titleRequests : requests, receivedAt);
  response.on("close", () => {
    if (received.finishedAt === undefined) received.abortedAt ??= Date.now();
  });
  if (received.isSummary) return summarise(response, received);
  if (isTitle) return name(response, received, holds);
  const script = parseScript(received.prompt);
  const attempt = requests.filter(
    (other) => other.prompt === received.prompt && other.number <= received.number,
  ).length;
  if (attempt > script.failures)
    Object.assign(script, { status: undefined, hangAfter: undefined, breakAfter: undefined });
  if (script.status !== undefined && script.status !== 200)
    return refuse(response, script.status, `scripted ${script.status} for ${request.headers.authorization}`);
  if (received.messages.filter(({ role }) => role !== "system").length > script.limit)
    return refuse(response, 400, "This model's maximum context length is exceeded.");
  if (script.refusesTools && body.tools?.length) return refuse(response, 400, `${body.model} does not support tools`);
  if (!body.stream) return complete(response, received, script);
  await stream(response, received, script, holds);
}

function record(
  request: IncomingMessage,
  body: { model?: string; messages: { role: string; content: unknown }[] },
  requests: ReceivedRequest[],
  receivedAt: number,
): ReceivedRequest {
  const messages = body.messages.map(({ role, content }) => ({ role, content: flat(content) }));
  const received: ReceivedRequest = {
    number: requests.length + 1,
    model: body.model ?? "",
    messages,
    ...askedIn(messages),
    images: imagesIn(body.messages.findLast((message) => message.role === "user")?.content),
    isSummary: isTold(body.messages, /^Summarise the conversation\b/),
    authorization: request.headers.authorization,
    receivedAt,
    sent: 0,
    sentAt: [],
  };
  requests.push(received);
  return received;
}

function isTold(messages: { role: string; content: unknown }[], instructions: RegExp): boolean {
  return messages.some(({ role, content }) => role === "system" && instructions.test(flat(content)));
}

/** What the last question is, and from which word on its answer is wanted. */
function askedIn(messages: ReceivedRequest["messages"]): Pick<ReceivedRequest, "prompt" | "from" | "hasResult"> {
  const isResumed = messages.at(-1)?.content === GO_ON;
  const said = isResumed ? messages.slice(0, -1) : messages;
  const asked = said.findLastIndex((message) => message.role === "user");
  const hasResult = said.slice(asked + 1).some(({ role }) => role === "tool");
  const last = /w(\d+)\s*$/.exec(said.findLast(({ role }) => role === "assistant")?.content ?? "")?.[1];
  return { prompt: said[asked]?.content ?? "", from: isResumed || hasResult ? Number(last ?? 0) : 0, hasResult };
}

async function complete(response: ServerResponse, received: ReceivedRequest, script: Script) {
  await sleep(script.ttft);
  whole(response, received, script.say ?? expectedAnswer(script.words), script);
}

async function summarise(response: ServerResponse, received: ReceivedRequest) {
  const { words, ttft, status } = parseSummaryScript(received.prompt);
  if (status !== 200) return refuse(response, status, `scripted ${status}`);
  await sleep(ttft);
  whole(response, received, expectedSummary(words), parseScript(`words=${words}`));
}

async function name(response: ServerResponse, received: ReceivedRequest, holds: Holds) {
  const { title, ttft, status, hangs } = parseTitleScript(received.prompt);
  if (status !== 200) return refuse(response, status, `scripted ${status}`);
  if (hangs) return;
  await sleep(ttft);
  await holds.titles.get(received.prompt);
  whole(response, received, title, parseScript("words=6"));
}

function whole(response: ServerResponse, received: ReceivedRequest, content: string, script: Script) {
  received.sent = script.words;
  received.finishedAt = Date.now();
  json(response, {
    ...envelope(received, "chat.completion"),
    choices: [{ index: 0, message: { role: "assistant", content }, finish_reason: "stop" }],
    ...usage(script),
  });
}

async function stream(response: ServerResponse, received: ReceivedRequest, script: Script, holds: Holds) {
  const send = (choice: object, more: object = {}) =>
    response.write(
      `data: ${JSON.stringify({ ...envelope(received, "chat.completion.chunk"), choices: [{ index: 0, finish_reason: null, ...choice }], ...more })}\n\n`,
    );
  response.socket?.setNoDelay(true);
  response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-cache" });
  response.flushHeaders();
  if (script.hangAfter === 0) return;
  await sleep(script.ttft);
  const start = performance.now();
  const wanted = received.hasResult ? received.from + script.after : script.words;
  const words = script.say === undefined ? wanted : received.from + 1;
  for (let word = received.from + 1; word <= words; word++) {
    const wait = start + ((word - received.from - 1) * 1000) / script.rate - performance.now();
    if (wait > 0) await sleep(wait);
    if (response.destroyed) return;
    send({ delta: { role: "assistant", content: script.say ?? (word === 1 ? "w1" : ` w${word}`) } });
    received.sent = word;
    received.sentAt.push(Date.now());
    const hold = holds.answers.get(received.prompt);
    if (hold?.words === word) await hold.released;
    if (script.hangAfter === word) return;
    if (script.breakAfter === word) {
      // Let the words out first: what was sent has to arrive.
      await sleep(20);
      return response.socket?.destroy();
    }
  }
  received.finishedAt = Date.now();
  const calls = callsOf(received.hasResult ? ordersOf(received, script) : script, received.number);
  for (const call of calls) send({ delta: { role: "assistant", tool_calls: [call] } });
  send({ delta: {}, finish_reason: calls.length > 0 ? "tool_calls" : "stop" }, usage(script));
  response.end("data: [DONE]\n\n");
}

/** What the page that was just fetched says to do. */
function ordersOf({ messages }: ReceivedRequest, { obeysPages }: Script): Script {
  const last = messages.at(-1);
  const isPage = obeysPages && last?.role === "tool" && last.content.includes('"markdown":');
  return parseScript(isPage ? (JSON.parse(last.content) as { markdown: string }).markdown : "");
}

function callsOf({ tool: name, input, calls }: Script, number: number) {
  return Array.from({ length: name ? calls : 0 }, (_, index) => ({
    ...{ index, id: `call-${number}${index === 0 ? "" : `-${index}`}`, type: "function" },
    function: { name, arguments: input.replaceAll("%n", String(index + 1)) },
  }));
}

function envelope(received: ReceivedRequest, object: string) {
  return {
    id: `mock-${received.number}`,
    object,
    created: Math.floor(received.receivedAt / 1000),
    model: received.model,
  };
}

function usage({ words, tokens = words + 1, reportsUsage }: Script) {
  if (!reportsUsage) return {};
  return { usage: { prompt_tokens: tokens - words, completion_tokens: words, total_tokens: tokens } };
}

function flat(content: unknown): string {
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) return "";
  return content.map((part: { text?: string }) => part.text ?? "").join("");
}

function imagesIn(content: unknown): string[] {
  if (!Array.isArray(content)) return [];
  return content.flatMap((part: { image_url?: { url: string } }) => part.image_url?.url ?? []);
}

function json(response: ServerResponse, body: unknown) {
  response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(body));
}

function refuse(response: ServerResponse, status: number, message: string) {
  response
    .writeHead(status, { "content-type": "application/json" })
    .end(JSON.stringify({ error: { message, type: "scripted", code: status } }));
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { port: { type: "string" } } });
  const server = await startMockOpenAI({ port: Number(values.port ?? 0) });
  console.log(`mock model listening on ${server.url}`);
}
