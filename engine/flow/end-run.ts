import { nextRetry, type Retry } from "../core/session.ts";
import type { RunChange } from "../core/run.ts";
import type { Engine } from "../engine.ts";
import { isOver, type Run } from "../store/runs.ts";
import type { Session } from "../store/sessions.ts";
import type { StoreTx } from "../store/store.ts";
import { streamName } from "../store/streams.ts";
import { tellOfChild } from "./child-runs.ts";
import { ensureRun } from "./ensure-run.ts";

type Decide = (run: Run, tx: StoreTx) => RunChange | undefined | Promise<RunChange | undefined>;

/**
 * Changes a run, and when that ends it, continues its session if input is still unanswered: the message that arrived
 * while the run was on its way out, and the question whose answer a crash cut off. Both in one transaction under the
 * session's lock, so that an append comes either before it (and is seen) or after it (and starts a run itself).
 * Returns undefined, with nothing changed, when `decide` finds the event stale.
 */
export async function changeRun(engine: Engine, runId: string, decide: Decide): Promise<Run | undefined> {
  const outcome = await engine.store.transaction(async (tx) => {
    const seen = await tx.runs.byId(runId);
    // Session before run, as everywhere: two orders would deadlock.
    const session = seen?.session_id ? await tx.sessions.findAndLock(seen.session_id) : undefined;
    const run = seen && (await tx.runs.lock(runId));
    const change = run && (await decide(run, tx));
    if (!run || !change) return undefined;
    const changed = await tx.runs.apply(run, change);
    if (!isOver(changed)) return { changed, told: [] };
    // A run that nobody took in time is not to be tried again until somebody asks.
    const isContinued = session !== undefined && changed.status !== "EXPIRED";
    if (isContinued) await continueIfUnanswered(engine, tx, session, changed);
    return { changed, told: await tellOfChild(tx, changed, engine.now()) };
  });
  if (!outcome) return undefined;
  // A run was queued, or a place became free.
  if (isOver(outcome.changed) || outcome.changed.execution_status === "QUEUED") engine.signals.runQueued();
  for (const changed of [runId, ...outcome.told]) engine.signals.runChanged(changed);
  return outcome.changed;
}

async function continueIfUnanswered(engine: Engine, tx: StoreTx, session: Session, ended: Run) {
  // Somebody took over already (an upgrade), or the conversation is closed.
  if (session.current_run_id !== ended.id || session.closed_at) return false;
  const stream = streamName(session.stream_key, "in");
  const unanswered = await tx.streams.oldestUnanswered(stream, session.answered_in_seq);
  if (unanswered === undefined) return false;
  const previous: Retry | null =
    session.retry_seq === null ? null : { seq: session.retry_seq, count: session.retry_count };
  const next = nextRetry(previous, unanswered);
  if (!next) {
    engine.log.error({ session: session.id, seq: unanswered }, "a message ended too many runs; giving up on it");
    return false;
  }
  await tx.sessions.update(session.id, { retry_seq: next.retry.seq, retry_count: next.retry.count });
  const { run } = await ensureRun(tx, session, new Date(engine.now().getTime() + next.delayMs));
  engine.log.info(
    { session: session.id, ended: ended.id, run: run.id, seq: unanswered },
    "continuing unanswered input",
  );
  return true;
}
