import type { Engine } from "../engine.ts";
import { notFound, sessionClosed } from "../errors.ts";
import { startRun } from "./ensure-run.ts";

export type HandedOver = { runId: string; swapped: boolean };

/**
 * A live run leaves its session to a fresh one on the newest build (`chat.requestUpgrade`, `chat.endAndContinue`). The
 * caller is still running when this resolves, but is no longer the session's run: nothing continues it when it ends.
 * `swapped` is false when another run has the session already.
 */
export async function handOver(engine: Engine, name: string, callingRunId: string): Promise<HandedOver> {
  const outcome = await engine.store.transaction(async (tx) => {
    const session = await tx.sessions.findAndLock(name);
    if (!session) throw notFound("Session");
    if (session.closed_at) throw sessionClosed(session.closed_reason);
    const caller = await tx.runs.byId(callingRunId);
    if (caller?.session_id !== session.id) throw notFound("Run");
    if (session.current_run_id !== callingRunId)
      return { runId: session.current_run_id ?? callingRunId, swapped: false };
    const run = await startRun(tx, session, engine.now());
    return { runId: run.id, swapped: true };
  });
  if (outcome.swapped) engine.signals.runQueued();
  return outcome;
}
