import { durationMs, isAlreadyMet, reached, timedOut, type WaitpointResult } from "../core/waitpoint.ts";
import type { Engine } from "../engine.ts";
import { notFound, ProtocolError, staleWrite } from "../errors.ts";
import { isOver } from "../store/runs.ts";
import { streamName, type Io } from "../store/streams.ts";
import { tellRun } from "./input.ts";

export type WaitRequest = {
  runId: string;
  session: string;
  io: Io;
  timeout?: string;
  lastSeqNum?: number;
  idempotencyKey?: string;
};

/** Creates the waitpoint a run is about to stop at; it is complete already if input came since the run last read. */
export async function createWaitpoint(engine: Engine, request: WaitRequest) {
  const now = engine.now();
  const timeout = request.timeout === undefined ? undefined : durationMs(request.timeout, now);
  if (request.timeout !== undefined && timeout === undefined) throw new ProtocolError(400, "Invalid timeout");
  return engine.store.transaction(async (tx) => {
    // The lock keeps an append from slipping in between the look at the stream and the waitpoint.
    const session = await tx.sessions.findAndLock(request.session);
    if (!session) throw notFound("Session");
    const run = await tx.runs.byId(request.runId);
    if (!run) throw notFound("Run");
    if (isOver(run)) throw staleWrite("This run is over");
    const stream = streamName(session.stream_key, request.io);
    const { waitpoint, isNew } = await tx.waitpoints.insertOrFind({
      runId: request.runId,
      stream,
      idempotencyKey: request.idempotencyKey ?? null,
      timeoutAt: timeout === undefined ? null : new Date(now.getTime() + timeout),
    });
    if (isNew && isAlreadyMet(await tx.streams.nextSeq(stream), request.lastSeqNum)) {
      await tx.waitpoints.completeById(waitpoint.id, { output: "{}", outputIsError: false }, now);
    }
    return { waitpointId: waitpoint.id, isCached: !isNew };
  });
}

/** The run has stopped at its waitpoint. If that is complete by now, the run is told at once. */
export async function blockOnWaitpoint(engine: Engine, runId: string, waitpointId: string): Promise<void> {
  const isTold = await engine.store.transaction(async (tx) => {
    const waitpoint = await tx.waitpoints.block(runId, waitpointId);
    if (!waitpoint) throw notFound("Waitpoint");
    const run = await tx.runs.lock(runId);
    if (!run || isOver(run)) throw staleWrite("This run is over");
    return waitpoint.completed_at !== null && (await tellRun(tx, waitpoint));
  });
  if (isTold) engine.signals.runChanged(runId);
}

/** Completes the waitpoints whose time is up; their runs end or carry on as their task decides. */
export async function timeOutWaitpoints(engine: Engine): Promise<void> {
  for (const { id, type } of await engine.store.waitpoints.overdue(engine.now())) {
    await completeNow(engine, id, type === "DATETIME" ? reached : timedOut);
  }
}

/** Ends a wait as if its time were up. False when it is over already, or its run has not stopped at it. */
export const timeOut = (engine: Engine, waitpointId: string) => completeNow(engine, waitpointId, timedOut);

async function completeNow(engine: Engine, waitpointId: string, result: WaitpointResult): Promise<boolean> {
  const told = await engine.store.transaction(async (tx) => {
    const [waitpoint] = await tx.waitpoints.completeById(waitpointId, result, engine.now());
    return waitpoint && (await tellRun(tx, waitpoint)) ? waitpoint.run_id : undefined;
  });
  if (told) engine.signals.runChanged(told);
  return told !== undefined;
}

/** The run stands still until `date`. Asked again with the same key it gets the same waitpoint, which may be complete. */
export async function waitUntil(engine: Engine, runId: string, date: Date, idempotencyKey?: string) {
  const outcome = await engine.store.transaction(async (tx) => {
    if (!(await tx.runs.byId(runId))) throw notFound("Run");
    const { waitpoint } = await tx.waitpoints.insertOrFind({
      runId,
      type: "DATETIME",
      stream: null,
      idempotencyKey: idempotencyKey === undefined ? null : `until ${idempotencyKey}`,
      timeoutAt: date,
      isBlocking: true,
    });
    const isTold = waitpoint.completed_at !== null && (await tellRun(tx, waitpoint));
    return { waitpoint, isTold };
  });
  if (outcome.isTold) engine.signals.runChanged(runId);
  return outcome.waitpoint;
}
