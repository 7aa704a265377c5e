import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";

const AGAIN_MS = 250;

interface Batch {
  records?: { seq_num: number; headers?: [string, string][] }[];
}

/** Follows a chat's `.out` through the web server, again and again, and hears each record once. */
export class AnswerStream {
  /** When each batch of new records came, in epoch milliseconds. */
  readonly heard: number[] = [];
  /** How many turns have ended. */
  ends = 0;
  readonly #url: string;
  readonly #token: string;
  readonly #closed = new AbortController();
  #last = -1;

  constructor(url: string, chatId: string, token: string) {
    this.#url = `${url}/realtime/v1/sessions/${chatId}/out`;
    this.#token = token;
    void this.#follow();
  }

  close(): void {
    this.#closed.abort();
  }

  async #follow(): Promise<void> {
    while (!this.#closed.signal.aborted) {
      await this.#read().catch(() => undefined);
      await sleep(AGAIN_MS, undefined, { signal: this.#closed.signal }).catch(() => undefined);
    }
  }

  async #read(): Promise<void> {
    const response = await fetch(this.#url, {
      signal: this.#closed.signal,
      headers: {
        authorization: `Bearer ${this.#token}`,
        "timeout-seconds": "120",
        ...(this.#last < 0 ? {} : { "last-event-id": String(this.#last) }),
      },
    });
    if (!response.ok || !response.body) return void (await response.body?.cancel());
    const lines = createInterface({ input: Readable.fromWeb(response.body as never) });
    for await (const line of lines) if (line.startsWith("data: {")) this.#take(JSON.parse(line.slice(6)) as Batch);
  }

  #take({ records = [] }: Batch): void {
    const fresh = records.filter(({ seq_num: seq }) => seq > this.#last);
    const last = fresh.at(-1);
    if (!last) return;
    this.#last = last.seq_num;
    this.heard.push(Date.now());
    this.ends += fresh.filter(({ headers }) => headers?.some(([, value]) => value === "turn-complete")).length;
  }
}
