import type { ChunkSource } from "./chunk-source.ts";
import type { Chunk } from "./turn-guard.ts";

/** The server sends the past in batches; a pause this long means that there is no other one and the rest is live. */
const QUIET_MS = 8;
/** Fewer chunks than this, come at once, are no full batch: nothing of the past is still on its way. */
const BATCH = 64;
/** However much there is to replay, something is shown after this. */
const LIMIT_MS = 150;

/**
 * Reads what a resumed stream has already in store and puts it back as few chunks, so that a reload paints the text so
 * far at once instead of typing it again.
 */
export async function gatherReplay(source: ChunkSource, now = () => performance.now()): Promise<void> {
  const gathered: Chunk[] = [];
  try {
    const first = await source.next();
    if (!first) return;
    gathered.push(first);
    const limit = now() + LIMIT_MS;
    const patience = () => (gathered.length < BATCH && saysSomething(gathered) ? 0 : QUIET_MS);
    while (now() < limit && (await source.hasNextWithin(patience()))) {
      const chunk = await source.next();
      if (!chunk) break;
      gathered.push(chunk);
    }
  } finally {
    source.putBack(joinDeltas(gathered));
  }
}

/** A beginning alone would empty what the message shows already. */
function saysSomething(chunks: Chunk[]): boolean {
  return chunks.some(({ type }) => !["start", "start-step", "text-start", "reasoning-start"].includes(type));
}

/** Neighbouring deltas of one part become one: the same message in fewer updates. */
export function joinDeltas(chunks: Chunk[]): Chunk[] {
  const joined: Chunk[] = [];
  for (const chunk of chunks) {
    const last = joined.at(-1);
    const isDelta = chunk.type === "text-delta" || chunk.type === "reasoning-delta";
    if (isDelta && last?.type === chunk.type && last.id === chunk.id) {
      joined[joined.length - 1] = { ...last, ...chunk, delta: last.delta + chunk.delta };
    } else joined.push(chunk);
  }
  return joined;
}
