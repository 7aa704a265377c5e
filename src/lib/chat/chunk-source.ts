import type { Chunk } from "./turn-guard.ts";

type Read = ReadableStreamReadResult<Chunk>;

/** A stream of chunks that can be put back, waited for with a limit, and passed on half read. */
export class ChunkSource {
  readonly #reader: ReadableStreamDefaultReader<Chunk>;
  #ahead: Chunk[] = [];
  #pending: Promise<Read> | undefined;

  constructor(stream: ReadableStream<Chunk>) {
    this.#reader = stream.getReader();
  }

  /** The next chunk, or undefined at the end. Throws what the stream throws. */
  async next(): Promise<Chunk | undefined> {
    const ahead = this.#ahead.shift();
    if (ahead) return ahead;
    const result = await this.#read();
    this.#pending = undefined;
    return result.done ? undefined : result.value;
  }

  putBack(chunks: Chunk[]) {
    this.#ahead.unshift(...chunks);
  }

  /** True when another chunk can be had within `ms`. The end, or an error, is left for `next`. */
  async hasNextWithin(ms: number): Promise<boolean> {
    if (this.#ahead.length > 0) return true;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<false>((resolve) => (timer = setTimeout(() => resolve(false), ms)));
    const arrived = this.#read().then(
      (result) => !result.done,
      () => false,
    );
    const answer = await Promise.race([arrived, late]);
    clearTimeout(timer);
    return answer;
  }

  cancel() {
    this.#ahead = [];
    this.#reader.cancel().catch(() => {});
  }

  #read() {
    return (this.#pending ??= this.#reader.read());
  }
}
