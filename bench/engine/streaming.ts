import { summarize, type Summary } from "../statistics.ts";
import { delays, openSession, write } from "./client.ts";
import type { BenchEngine } from "./engine.ts";

export interface Streaming {
  /** From the writer's hand to the reader's, in milliseconds: gathering, append, commit, fan-out. */
  delay: Summary;
  /** The engine's resident memory while all of it streamed, in megabytes. */
  rssMb: number;
}

/** `streams` sessions at once, each written and read live. */
export async function measureStreaming(
  engine: BenchEngine,
  { streams, records, perSecond }: { streams: number; records: number; perSecond: number },
): Promise<Streaming> {
  const ids = await Promise.all(Array.from({ length: streams }, () => openSession()));
  const readers: Promise<number[]>[] = [];
  await Promise.all(
    ids.map((id) => new Promise<void>((ready) => readers.push(delays(engine.url, id, records, ready)))),
  );
  let rssMb = engine.rssMb();
  const watch = setInterval(() => (rssMb = Math.max(rssMb, engine.rssMb())), 200);
  try {
    await Promise.all(ids.map((id) => write(id, records, perSecond)));
    return { delay: summarize((await Promise.all(readers)).flat()), rssMb };
  } finally {
    clearInterval(watch);
  }
}
