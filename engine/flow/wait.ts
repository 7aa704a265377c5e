import { durationMs, isAlreadyMet, timedOut } from "../core/waitpoint.ts";
import type { Engine } from "../engine.ts";
import { notFound, ProtocolError } from "../errors.ts";
import * as runs from "../store/runs.ts";
import * as sessions from "../store/sessions.ts";
import * as streams from "../store/streams.ts";
import * as waitpoints from "../store/waitpoints.ts";
import { tellRun } from "./input.ts";

export type WaitRequest = {
  runId: string;
  session: string;
  io: streams.Io;
  timeout?: string;
  lastSeqNum?: number;
  idempotencyKey?: string;
};

/** Creates the waitpoint a run is about to stop at; it is complete already if input came since the run last read. */
export async function createWaitpoint(engine: Engine, request: WaitRequest) {
  const now = engine.now();
  const timeout = request.timeout === undefined ? undefined : durationMs(request.timeout, now);
  if (request.timeout !== undefined && timeout === undefined) throw new ProtocolError(400, "Invalid timeout");
  return engine.db.transaction().execute(async (tx) => {
    // The lock keeps an append from slipping in between the look at the stream and the waitpoint.
    const session = await sessions.findAndLock(tx, request.session);
    if (!session) throw notFound("Session");
    if (!(await runs.byId(tx, request.runId))) throw notFound("Run");
    const stream = streams.streamName(session.stream_key, request.io);
    const { waitpoint, isNew } = await waitpoints.insertOrFind(tx, {
      runId: request.runId,
      stream,
      idempotencyKey: request.idempotencyKey ?? null,
      timeoutAt: timeout === undefined ? null : new Date(now.getTime() + timeout),
    });
    if (isNew && isAlreadyMet(await streams.nextSeq(tx, stream), request.lastSeqNum)) {
      await waitpoints.completeById(tx, waitpoint.id, { output: "{}", outputIsError: false }, now);
    }
    return { waitpointId: waitpoint.id, isCached: !isNew };
  });
}

/** The run has stopped at its waitpoint. If that is complete by now, the run is told at once. */
export async function blockOnWaitpoint(engine: Engine, runId: string, waitpointId: string): Promise<void> {
  const isTold = await engine.db.transaction().execute(async (tx) => {
    const waitpoint = await waitpoints.block(tx, runId, waitpointId);
    if (!waitpoint) throw notFound("Waitpoint");
    return waitpoint.completed_at !== null && (await tellRun(tx, waitpoint));
  });
  if (isTold) engine.signals.runChanged(runId);
}

/** Completes the waitpoints whose time is up; their runs end or carry on as their task decides. */
export async function timeOutWaitpoints(engine: Engine): Promise<void> {
  for (const { id } of await waitpoints.overdue(engine.db, engine.now())) {
    const told = await engine.db.transaction().execute(async (tx) => {
      const reached = await waitpoints.completeById(tx, id, timedOut, engine.now());
      const [waitpoint] = reached;
      return waitpoint && (await tellRun(tx, waitpoint)) ? waitpoint.run_id : undefined;
    });
    if (told) engine.signals.runChanged(told);
  }
}
