import { continuationPayload, firstPayload } from "../core/session.ts";
import { isOver, type Run } from "../store/runs.ts";
import { sessionOptions } from "./session-options.ts";
import { SPARE_TYPE, type Session } from "../store/sessions.ts";
import type { StoreTx } from "../store/store.ts";
import { streamName } from "../store/streams.ts";

export type Ensured = { run: Run; isNew: boolean };

/**
 * Makes sure the session has a live run: the one it has, else a new one. At most one is live, because every caller
 * holds the session's row lock.
 */
export async function ensureRun(tx: StoreTx, session: Session, availableAt: Date): Promise<Ensured> {
  const current = session.current_run_id ? await tx.runs.byId(session.current_run_id) : undefined;
  if (current && !isOver(current)) return { run: current, isNew: false };
  return { run: await startRun(tx, session, availableAt), isNew: true };
}

/** Gives the session a new run, whatever became of the one it had. The caller holds the session's row lock. */
export async function startRun(tx: StoreTx, session: Session, availableAt: Date): Promise<Run> {
  const { basePayload, tags, idleTimeoutInSeconds } = session.trigger_config;
  // The agent reads it from its payload.
  const payload = { ...basePayload, ...(idleTimeoutInSeconds !== undefined && { idleTimeoutInSeconds }) };
  const run = await tx.runs.insert({
    sessionId: session.id,
    task: session.task,
    payload: session.current_run_id
      ? continuationPayload(payload, session.id, session.current_run_id)
      : firstPayload(payload, session.id),
    tags: tags ?? [],
    isSpare: session.type === SPARE_TYPE,
    availableAt,
    options: await sessionOptions(tx, session, availableAt),
  });
  // What the run before this one still has under way is either in the log now, or comes too late.
  if (session.current_run_id !== null) await tx.streams.lock(streamName(session.stream_key, "out"));
  await tx.sessions.update(session.id, { current_run_id: run.id });
  return run;
}
