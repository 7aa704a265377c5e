import { expect, it } from "vitest";
import { ChunkSource } from "./chunk-source.ts";
import { gatherReplay, joinDeltas } from "./replay.ts";
import type { Chunk } from "./turn-guard.ts";

const delta = (text: string, id = "t"): Chunk => ({ type: "text-delta", id, delta: text });

it("joins neighbouring deltas of one part, and nothing else", () => {
  const chunks = [delta("a"), delta("b"), delta("c", "x"), { type: "text-end", id: "x" } as Chunk, delta("d")];
  expect(joinDeltas(chunks)).toEqual([delta("ab"), delta("c", "x"), { type: "text-end", id: "x" }, delta("d")]);
});

it("gathers what is there, and leaves what is live to come one by one", async () => {
  let controller: ReadableStreamDefaultController<Chunk> | undefined;
  const source = new ChunkSource(new ReadableStream({ start: (c) => void (controller = c) }));
  for (const word of ["a", "b", "c"]) controller?.enqueue(delta(word));
  await gatherReplay(source);
  expect(await source.next()).toEqual(delta("abc"));
  controller?.enqueue(delta("d"));
  controller?.enqueue(delta("e"));
  controller?.close();
  expect(await source.next()).toEqual(delta("d"));
  expect(await source.next()).toEqual(delta("e"));
  expect(await source.next()).toBeUndefined();
});

class Watched extends ChunkSource {
  readonly waits: number[] = [];

  override hasNextWithin(ms: number) {
    this.waits.push(ms);
    return super.hasNextWithin(ms);
  }
}

it("keeps the first word of a live answer waiting for nothing", async () => {
  const source = new Watched(new ReadableStream({ start: (c) => c.enqueue(delta("w1")) }));
  await gatherReplay(source);
  expect(source.waits).toEqual([0]);
});

it("waits for the next batch of a long past", async () => {
  let controller: ReadableStreamDefaultController<Chunk> | undefined;
  const source = new Watched(new ReadableStream({ start: (c) => void (controller = c) }));
  for (let word = 0; word < 100; word++) controller?.enqueue(delta("w"));
  await gatherReplay(source);
  expect(source.waits.at(-1)).toBeGreaterThan(0);
});

it("shows something although the words never pause", async () => {
  const endless = new ReadableStream<Chunk>({ pull: (c) => c.enqueue(delta("a")) });
  const source = new ChunkSource(endless);
  let time = 0;
  await gatherReplay(source, () => (time += 10));
  expect(await source.next()).toMatchObject({ type: "text-delta" });
  source.cancel();
});

it("loses nothing when the stream breaks", async () => {
  let controller: ReadableStreamDefaultController<Chunk> | undefined;
  const source = new ChunkSource(new ReadableStream({ start: (c) => void (controller = c) }));
  controller?.enqueue(delta("a"));
  setTimeout(() => controller?.error(new Error("broken")), 1);
  await gatherReplay(source);
  expect(await source.next()).toEqual(delta("a"));
  await expect(source.next()).rejects.toThrow("broken");
});
