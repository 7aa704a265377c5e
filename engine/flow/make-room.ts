import { runsToEnd } from "../core/capacity.ts";
import type { Engine } from "../engine.ts";
import { timeOut } from "./wait.ts";

/**
 * When runs wait in the queue behind a full house, ends idle chats' runs in their favour: the next message of such a
 * chat starts another. Returns how many.
 */
export async function makeRoom(engine: Engine): Promise<number> {
  const { live, queued } = await engine.store.runs.counts(engine.now());
  const wanted = runsToEnd({ limit: engine.config.ENGINE_MAX_RUNS, live, queued });
  if (wanted === 0) return 0;
  let ended = 0;
  for (const { id, run_id: run } of await engine.store.waitpoints.ofIdleChats(wanted)) {
    if (!(await timeOut(engine, id))) continue;
    ended += 1;
    engine.log.info({ run, live, queued }, "ending an idle chat's run to make room");
  }
  return ended;
}
