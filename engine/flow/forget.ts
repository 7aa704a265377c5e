import { BATCH_ROWS, DELETED, INPUT_MARGIN, mayHaveMore, retentionLimits, spareLimit } from "../core/retention.ts";
import type { Engine } from "../engine.ts";

/** Deletes what is past its time, of every kind, in batches. What fails is tried again in the next round. */
export async function forget(engine: Engine): Promise<void> {
  const { sessions, runs, packets, batches, waitpoints, streams, workers, telemetry } = engine.store;
  const {
    ENGINE_RUN_DAYS: runDays,
    ENGINE_SESSION_DAYS: sessionDays,
    ENGINE_TELEMETRY_DAYS: telemetryDays,
  } = engine.config;
  const limits = retentionLimits({ runDays, sessionDays, telemetryDays }, engine.now());
  await inBatches(() => sessions.removeOver(limits.session, BATCH_ROWS));
  // Waitpoints before their runs, as everywhere: a run that is deleted would take its own along the other way round.
  await inBatches(() => waitpoints.removeCompleted(limits.run, BATCH_ROWS));
  await inBatches(() => runs.removeSnapshots(limits.run, BATCH_ROWS));
  await inBatches(() => runs.removeEnded(limits.run, BATCH_ROWS));
  await inBatches(() => packets.removeUnused(limits.run, BATCH_ROWS));
  await inBatches(() => streams.removeAnswered(limits.run, INPUT_MARGIN, BATCH_ROWS));
  await inBatches(() => streams.removeFromChannels(limits.run, BATCH_ROWS));
  await inBatches(() => batches.removeOver(limits.run, BATCH_ROWS));
  await inBatches(() => workers.removeUnused(limits.run, BATCH_ROWS));
  await inBatches(() => telemetry.removeBefore(limits.telemetry, BATCH_ROWS));
}

/** Sessions that were closed as deleted, whole, as soon as nothing of theirs runs any more. */
export async function forgetDeleted(engine: Engine): Promise<void> {
  await inBatches(() => engine.store.sessions.removeClosedAs(DELETED, BATCH_ROWS));
}

export function forgetSpares(engine: Engine): Promise<void> {
  return engine.store.sessions.removeSpares(spareLimit(engine.now()));
}

async function inBatches(removeSome: () => Promise<number>): Promise<void> {
  while (mayHaveMore(await removeSome()));
}
