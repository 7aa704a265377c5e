import type { MockOpenAI } from "../tests/support/mock-openai.ts";
import { startSkein, type Skein } from "./skein.ts";
import { summarize, type Summary } from "./statistics.ts";

const STARTS = 3;

/** Launch → ready line, in milliseconds, on a data directory that has been used. The last start is left running. */
export async function measureSecondStart(
  first: Skein,
  mock: MockOpenAI,
  dataDir: string,
): Promise<{ ready: Summary; skein: Skein }> {
  const took: number[] = [];
  let skein = first;
  for (let start = 0; start < STARTS; start++) {
    await skein.stack.stop();
    const startedAt = performance.now();
    skein = await startSkein(mock, dataDir);
    took.push(performance.now() - startedAt);
  }
  return { ready: summarize(took), skein };
}
