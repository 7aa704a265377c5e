import { wantsAnswer } from "../core/session.ts";
import type { Engine } from "../engine.ts";
import { notFound, sessionClosed } from "../errors.ts";
import * as runs from "../store/runs.ts";
import type { Tx } from "../store/database.ts";
import * as sessions from "../store/sessions.ts";
import * as streams from "../store/streams.ts";
import * as waitpoints from "../store/waitpoints.ts";
import { ensureRun } from "./ensure-run.ts";

/**
 * Takes in one record for a session's run. When this resolves the record is committed, and a run that will read it
 * exists: record, woken waitpoint and run are one transaction. Returns the record's position.
 */
export async function appendInput(engine: Engine, name: string, raw: string, partId?: string): Promise<number> {
  const now = engine.now();
  const outcome = await engine.db.transaction().execute(async (tx) => {
    const session = await sessions.findAndLock(tx, name);
    if (!session) throw notFound("Session");
    if (session.closed_at) throw sessionClosed(session.closed_reason);
    const stream = streams.streamName(session.stream_key, "in");
    const body = JSON.stringify({ data: raw, id: partId ?? crypto.randomUUID() });
    const appended = await streams.append(tx, stream, [{ body, id: partId }], wantsAnswer(raw));
    const woken = appended.isDuplicate ? [] : await wake(tx, stream, raw, now);
    const ensured = await ensureRun(tx, session, now);
    return { stream, appended, woken, ensured };
  });
  const { stream, appended, woken, ensured } = outcome;
  if (!appended.isDuplicate) engine.signals.appended(stream, appended.records);
  if (ensured.isNew) engine.signals.runQueued();
  for (const runId of woken) engine.signals.runChanged(runId);
  return appended.startSeq;
}

/** Completes the waitpoints on a stream and gives each stopped run the snapshot that tells it. Returns those runs. */
async function wake(tx: Tx, stream: string, raw: string, now: Date): Promise<string[]> {
  const reached = await waitpoints.completeOnStream(tx, stream, { output: raw, outputIsError: false }, now);
  const woken: string[] = [];
  for (const waitpoint of reached) if (await tellRun(tx, waitpoint)) woken.push(waitpoint.run_id);
  return woken;
}

/** Gives a live run the snapshot that carries a completed waitpoint. False when the run is over. */
export async function tellRun(tx: Tx, waitpoint: waitpoints.Waitpoint): Promise<boolean> {
  const run = await runs.lock(tx, waitpoint.run_id);
  if (run?.execution_status !== "EXECUTING") return false;
  await runs.apply(tx, run, {}, [waitpoint.id]);
  return true;
}
