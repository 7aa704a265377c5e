import type { Engine } from "../engine.ts";
import { ProtocolError } from "../errors.ts";
import * as sessions from "../store/sessions.ts";
import { ensureRun } from "./ensure-run.ts";

/**
 * Creates a session and its first run, or finds the session and makes sure it has a live run: asking twice, or three
 * times at once, gives one run.
 */
export async function startSession(engine: Engine, input: sessions.NewSession) {
  const outcome = await engine.db.transaction().execute(async (tx) => {
    const { session, isNew } = await sessions.insertOrLock(tx, input);
    if (session.closed_at) throw new ProtocolError(409, "Session is closed", { code: "session_closed" });
    const ensured = await ensureRun(tx, session, engine.now());
    return { session: { ...session, current_run_id: ensured.run.id }, isNew, ensured };
  });
  if (outcome.ensured.isNew) engine.signals.runQueued();
  return { session: outcome.session, runId: outcome.ensured.run.id, isCached: !outcome.isNew };
}
