import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import type { ChatAction } from "../../tools/actions.ts";

interface OutRecord {
  seq_num: number;
  timestamp: number;
  body: string;
  headers?: [string, string][];
}

/** What a page sent to `.in`, unwrapped. */
export interface Input {
  seq: number;
  kind: "message" | "stop";
  payload?: {
    trigger: string;
    message?: { id: string; role: string; metadata?: unknown };
    messageId?: string;
    action?: ChatAction;
    metadata?: unknown;
  };
}

/** The two routes of a session that a browser uses (docs/engine-wire.md §2.4 and §4.4), over real HTTP. */
export class FakeEngine {
  readonly inputs: Input[] = [];
  /** Requests for `.out`, by what they asked for. */
  readonly reads: { lastEventId: string | undefined; peek: boolean }[] = [];
  /** Answers the next appends with these instead of taking them. */
  readonly refusals: { status: number; body?: object }[] = [];
  /** Takes the next append and loses the answer. */
  loseAnswer = false;
  hasSession = true;
  url = "";
  readonly #records: OutRecord[] = [];
  readonly #readers = new Map<ServerResponse, number>();
  #held: Promise<void> = Promise.resolve();
  #release = () => {};
  #nextSeq = 0;
  #nextInput: number;
  #server: Server | undefined;
  #port = 0;

  constructor(nextInput = 0) {
    this.#nextInput = nextInput;
  }

  async start(): Promise<this> {
    const server = createServer((request, response) => void this.#handle(request, response));
    await new Promise<void>((resolve) => server.listen(this.#port, "127.0.0.1", resolve));
    this.#server = server;
    this.#port = (server.address() as AddressInfo).port;
    this.url = `http://127.0.0.1:${this.#port}`;
    return this;
  }

  /** Goes away with every connection, as `kill -9` does it. The records stay: they are in Postgres. */
  async stop(): Promise<void> {
    this.#readers.clear();
    const closed = new Promise((resolve) => this.#server?.close(resolve));
    this.#server?.closeAllConnections();
    await closed;
  }

  /** Takes no message until `releaseAppends`. */
  holdAppends() {
    this.#held = new Promise((resolve) => (this.#release = resolve));
  }

  releaseAppends() {
    this.#release();
  }

  /** Another page sends something. */
  takeFromElsewhere(): number {
    return this.#nextInput++;
  }

  /** The web server sends a stop. */
  async takeStop() {
    await this.#held;
    this.inputs.push({ seq: this.#nextInput++, kind: "stop" });
  }

  get readers(): number {
    return this.#readers.size;
  }

  get lastEventId(): string {
    return String(this.#nextSeq - 1);
  }

  chunk(...chunks: object[]) {
    for (const chunk of chunks) {
      const seq = this.#nextSeq;
      this.#append({ body: JSON.stringify({ data: chunk, id: `c${seq}` }) });
    }
    this.#flush();
  }

  begin(answerId: string, replyTo: string, attempt?: string) {
    this.chunk(
      { type: "start", messageId: answerId, messageMetadata: { replyTo, ...(attempt && { attempt }) } },
      { type: "start-step" },
      { type: "text-start", id: "t" },
    );
  }

  words(...words: string[]) {
    this.chunk(...words.map((delta) => ({ type: "text-delta", id: "t", delta })));
  }

  finish() {
    this.chunk({ type: "text-end", id: "t" }, { type: "finish-step" }, { type: "finish", finishReason: "stop" });
  }

  /** Writes the end of a turn; its cursor. */
  complete(inEventId: number): string {
    const headers: [string, string][] = [
      ["trigger-control", "turn-complete"],
      ["session-in-event-id", String(inEventId)],
    ];
    this.#append({ body: "", headers });
    this.#flush();
    return this.lastEventId;
  }

  /** A whole turn at once; the cursor of its end. */
  answer(answerId: string, replyTo: string, text: string, inEventId: number): string {
    this.begin(answerId, replyTo);
    this.words(text);
    this.finish();
    return this.complete(inEventId);
  }

  #append(record: Pick<OutRecord, "body" | "headers">) {
    this.#records.push({ seq_num: this.#nextSeq++, timestamp: Date.now(), ...record });
  }

  #flush() {
    for (const [response, from] of this.#readers) {
      const records = this.#records.slice(from);
      if (records.length === 0) continue;
      const tail = { seq_num: this.#nextSeq, timestamp: Date.now() };
      response.write(`event: batch\ndata: ${JSON.stringify({ records, tail })}\n\n`);
      this.#readers.set(response, this.#nextSeq);
    }
  }

  async #handle(request: IncomingMessage, response: ServerResponse) {
    if (request.url?.endsWith("/in/append")) await this.#take(request, response);
    else this.#read(request, response);
  }

  async #take(request: IncomingMessage, response: ServerResponse) {
    const body = JSON.parse(await text(request)) as Omit<Input, "seq">;
    await this.#held;
    const refusal = this.hasSession ? this.refusals.shift() : { status: 404 };
    if (refusal) {
      response.writeHead(refusal.status, { "content-type": "application/json" });
      response.end(JSON.stringify(refusal.body ?? { ok: false }));
      return;
    }
    const seq = this.#nextInput++;
    this.inputs.push({ seq, ...body });
    if (this.loseAnswer) {
      this.loseAnswer = false;
      response.destroy();
    } else response.end(JSON.stringify({ ok: true, seq }));
  }

  #read(request: IncomingMessage, response: ServerResponse) {
    if (!this.hasSession) {
      response.writeHead(404).end();
      return;
    }
    const lastEventId = request.headers["last-event-id"] as string | undefined;
    const peek = request.headers["x-peek-settled"] === "1";
    this.reads.push({ lastEventId, peek });
    const isSettled = peek && (this.#records.at(-1)?.headers?.length ?? 0) > 0;
    response.writeHead(200, {
      "content-type": "text/event-stream",
      "x-stream-version": "v2",
      ...(isSettled && { "x-session-settled": "true" }),
    });
    response.flushHeaders();
    this.#readers.set(response, lastEventId === undefined ? 0 : Number(lastEventId) + 1);
    response.on("close", () => this.#readers.delete(response));
    this.#flush();
    if (isSettled) response.end();
  }
}
