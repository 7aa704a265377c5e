import type { Engine } from "../engine.ts";
import { ProtocolError } from "../errors.ts";
import type { NewSession } from "../store/sessions.ts";
import { ensureRun } from "./ensure-run.ts";

/**
 * Creates a session and its first run, or finds the session and makes sure it has a live run: asking twice, or three
 * times at once, gives one run.
 */
export async function startSession(engine: Engine, input: NewSession) {
  const outcome = await engine.store.transaction(async (tx) => {
    const { session, isNew } = await tx.sessions.insertOrLock(input);
    if (session.closed_at) throw new ProtocolError(409, "Session is closed", { code: "session_closed" });
    const ensured = await ensureRun(tx, session, engine.now());
    return { session: { ...session, current_run_id: ensured.run.id }, isNew, ensured };
  });
  if (outcome.ensured.isNew) engine.signals.runQueued();
  return { session: outcome.session, runId: outcome.ensured.run.id, isCached: !outcome.isNew };
}
