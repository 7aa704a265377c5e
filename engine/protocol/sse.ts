import type { HttpBindings } from "@hono/node-server";
import type { Context } from "hono";
import { streamSSE, type SSEStreamingApi } from "hono/streaming";
import type { Engine } from "../engine.ts";
import type { StreamRecord } from "../store/streams.ts";

const PING_MS = 5_000;
const BATCH = 500;

export type StreamRequest = {
  stream: string;
  fromSeq: number;
  timeoutSeconds: number;
  /** Close at once if nothing is under way: the last record is the end of a turn. */
  isPeek: boolean;
};

/** Serves a log as server-sent events: what is there, then what comes, until the time is up or the reader leaves. */
export async function serveStream(engine: Engine, c: Context, request: StreamRequest): Promise<Response> {
  const isSettled = request.isPeek && isTurnEnd(await engine.store.streams.lastRecord(request.stream));
  c.header("X-Stream-Version", "v2");
  if (isSettled) c.header("X-Session-Settled", "true");
  c.header("Cache-Control", "no-cache, no-transform");
  c.header("X-Accel-Buffering", "no");
  return streamSSE(c, async (sse) => {
    const reader = new LogReader(engine, request.stream, request.fromSeq);
    sse.onAbort(() => reader.close());
    const breakOff = () => {
      reader.close();
      // Without a `[DONE]`: a stream that broke off is resumed from where it was, one that ended is not.
      (c.env as Partial<HttpBindings> | undefined)?.outgoing?.destroy();
    };
    engine.closing.addEventListener("abort", breakOff, { once: true });
    const ping = setInterval(() => void sse.writeSSE({ event: "ping", data: "{}" }), PING_MS);
    const timeout = setTimeout(() => reader.close(), request.timeoutSeconds * 1000);
    try {
      // The headers leave with the first bytes: a reader has to know that it is connected before there is anything to read.
      await sse.writeSSE({ event: "ping", data: "{}" });
      for await (const records of isSettled ? reader.rest() : reader.all()) await writeBatch(sse, records);
      if (!sse.aborted && !engine.closing.aborted) await sse.writeSSE({ data: "[DONE]" });
    } finally {
      engine.closing.removeEventListener("abort", breakOff);
      clearInterval(ping);
      clearTimeout(timeout);
      reader.close();
    }
  });
}

/** The end of a turn, or of the whole conversation: nothing follows by itself. */
function isTurnEnd(record: StreamRecord | undefined): boolean {
  const control = record?.headers?.find(([name]) => name === "trigger-control")?.[1];
  return control === "turn-complete" || control === "session-closed";
}

async function writeBatch(sse: SSEStreamingApi, records: StreamRecord[]): Promise<void> {
  const last = records.at(-1);
  if (!last) return;
  const data = {
    records: records.map((record) => ({
      seq_num: record.seq,
      timestamp: record.at,
      ...(record.headers && { headers: record.headers }),
      body: record.body,
    })),
    tail: { seq_num: last.seq + 1, timestamp: last.at },
  };
  await sse.writeSSE({ event: "batch", data: JSON.stringify(data), id: String(last.seq) });
}

/**
 * Reads a log to its end and then follows it. An append that continues exactly where the reader stands is passed on as
 * it comes; after anything else the reader goes back to the table, so nothing depends on the signal.
 */
class LogReader {
  readonly #engine: Engine;
  readonly #stream: string;
  readonly #stopListening: () => void;
  #nextSeq: number;
  #fresh: StreamRecord[] = [];
  #isClosed = false;
  #wake: () => void = () => undefined;

  constructor(engine: Engine, stream: string, fromSeq: number) {
    this.#engine = engine;
    this.#stream = stream;
    this.#nextSeq = fromSeq;
    // Listening starts before the first read: what is committed in between is then seen twice, not never.
    this.#stopListening = engine.signals.onAppended(stream, (records) => {
      this.#fresh.push(...records);
      // A reader that cannot keep up drops what it was told and finds it in the table: memory stays bounded.
      if (this.#fresh.length > 4 * BATCH) this.#fresh = [];
      this.#wake();
    });
  }

  async *rest(): AsyncGenerator<StreamRecord[]> {
    while (!this.#isClosed) {
      const records = await this.#engine.store.streams.read(this.#stream, this.#nextSeq, BATCH);
      const last = records.at(-1);
      if (!last) return;
      this.#nextSeq = last.seq + 1;
      yield records;
    }
  }

  async *all(): AsyncGenerator<StreamRecord[]> {
    while (!this.#isClosed) {
      yield* this.rest();
      yield* this.#live();
    }
  }

  /** Yields appends while they follow on one another; returns on a gap, or after a while, to look at the table. */
  async *#live(): AsyncGenerator<StreamRecord[]> {
    for (;;) {
      if (this.#fresh.length === 0) await this.#nextAppend();
      if (this.#isClosed) return;
      const fresh = this.#fresh.filter((record) => record.seq >= this.#nextSeq).sort((a, b) => a.seq - b.seq);
      this.#fresh = [];
      const isGapless = fresh.every((record, index) => record.seq === this.#nextSeq + index);
      if (fresh.length === 0 || !isGapless) return;
      this.#nextSeq += fresh.length;
      yield fresh;
    }
  }

  async #nextAppend(): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, PING_MS);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
      if (this.#isClosed) this.#wake();
    });
  }

  close(): void {
    this.#isClosed = true;
    this.#stopListening();
    this.#wake();
  }
}
