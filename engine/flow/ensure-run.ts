import { continuationPayload, firstPayload } from "../core/session.ts";
import type { Tx } from "../store/database.ts";
import * as runs from "../store/runs.ts";
import * as sessions from "../store/sessions.ts";

export type Ensured = { run: runs.Run; isNew: boolean };

/**
 * Makes sure the session has a live run: the one it has, else a new one. At most one is live, because every caller
 * holds the session's row lock.
 */
export async function ensureRun(tx: Tx, session: sessions.Session, availableAt: Date): Promise<Ensured> {
  const current = session.current_run_id ? await runs.byId(tx, session.current_run_id) : undefined;
  if (current && !runs.isOver(current)) return { run: current, isNew: false };
  const { basePayload, tags } = session.trigger_config;
  const run = await runs.insert(tx, {
    sessionId: session.id,
    task: session.task,
    payload: session.current_run_id
      ? continuationPayload(basePayload, session.id, session.current_run_id)
      : firstPayload(basePayload, session.id),
    tags: tags ?? [],
    isSpare: session.type === sessions.SPARE_TYPE,
    availableAt,
  });
  await sessions.update(tx, session.id, { current_run_id: run.id });
  return { run, isNew: true };
}
