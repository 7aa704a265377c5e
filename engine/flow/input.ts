import { wantsAnswer } from "../core/session.ts";
import type { Engine } from "../engine.ts";
import { notFound, sessionClosed } from "../errors.ts";
import type { StoreTx } from "../store/store.ts";
import { streamName } from "../store/streams.ts";
import type { Waitpoint } from "../store/waitpoints.ts";
import { ensureRun } from "./ensure-run.ts";

/**
 * Takes in one record for a session's run. When this resolves the record is committed, and a run that will read it
 * exists: record, woken waitpoint and run are one transaction. Returns the record's position.
 */
export async function appendInput(engine: Engine, name: string, raw: string, partId?: string): Promise<number> {
  const now = engine.now();
  const outcome = await engine.store.transaction(async (tx) => {
    const session = await tx.sessions.findAndLock(name);
    if (!session) throw notFound("Session");
    if (session.closed_at) throw sessionClosed(session.closed_reason);
    const stream = streamName(session.stream_key, "in");
    const body = JSON.stringify({ data: raw, id: partId ?? crypto.randomUUID() });
    const appended = await tx.streams.append(stream, [{ body, id: partId }], wantsAnswer(raw));
    const woken = appended.records.length === 0 ? [] : await wake(tx, stream, raw, now);
    const ensured = await ensureRun(tx, session, now);
    return { stream, appended, woken, ensured };
  });
  const { stream, appended, woken, ensured } = outcome;
  if (appended.records.length > 0) engine.signals.appended(stream, appended.records);
  if (ensured.isNew) engine.signals.runQueued();
  for (const runId of woken) engine.signals.runChanged(runId);
  return appended.startSeq;
}

/** Completes the waitpoints on a stream and gives each stopped run the snapshot that tells it. Returns those runs. */
export async function wake(tx: StoreTx, stream: string, raw: string, now: Date): Promise<string[]> {
  const reached = await tx.waitpoints.completeOnStream(stream, { output: raw, outputIsError: false }, now);
  const woken: string[] = [];
  for (const waitpoint of reached) if (await tellRun(tx, waitpoint)) woken.push(waitpoint.run_id);
  return woken;
}

/** Gives a live run the snapshot that carries its completed waitpoints. False when the run is over. */
export async function tellRun(tx: StoreTx, waitpoint: Waitpoint, together = [waitpoint]): Promise<boolean> {
  const run = await tx.runs.lock(waitpoint.run_id);
  if (run?.execution_status !== "EXECUTING") return false;
  await tx.runs.apply(
    run,
    {},
    together.map(({ id }) => id),
  );
  return true;
}
