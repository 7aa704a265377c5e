import type { Engine } from "../engine.ts";
import { expireRuns } from "../flow/expire-runs.ts";
import { loseAllRuns, loseSilentRuns } from "../flow/lose-runs.ts";
import { ensureSpare } from "../flow/ensure-spare.ts";
import { forget, forgetDeleted, forgetSpares } from "../flow/forget.ts";
import { makeRoom } from "../flow/make-room.ts";
import { timeOutWaitpoints } from "../flow/wait.ts";
import type { WorkerLink } from "../worker-link.ts";

/** A worker whose socket broke comes back within 1.5 s at its first attempt and within 4.5 s at its second. */
const WORKER_GRACE_MS = 4_500;
/** The worker of the engine before this one may be busy with what broke, or has to be started. */
const FIRST_WORKER_GRACE_MS = 10_000;

/** Starts the engine's only timers. Returns the function that stops them. */
export function startTimers(engine: Engine, link: WorkerLink): () => void {
  const timers = [
    every(engine, 500, "waitpoints", () => timeOutWaitpoints(engine)),
    every(engine, 500, "room", () => makeRoom(engine)),
    every(engine, 1_000, "times to live", () => expireRuns(engine)),
    every(engine, 1_000, "leases", () => loseSilentRuns(engine)),
    every(engine, 1_000, "trimming", () => engine.store.streams.deleteTrimmed(engine.now())),
    every(engine, 500, "warm spare", () => ensureSpare(engine, link)),
    every(engine, 1_000, "deleted sessions", () => forgetDeleted(engine)),
    every(engine, 30_000, "spare sessions", () => forgetSpares(engine)),
    every(engine, 600_000, "retention", () => forget(engine)),
  ];
  let grace: NodeJS.Timeout | undefined;
  const awaitWorker = (ms: number) => {
    clearTimeout(grace);
    grace = setTimeout(() => {
      if (link.isConnected) return;
      loseAllRuns(engine).catch((error: unknown) =>
        engine.log.error({ err: error }, "could not end the worker's runs"),
      );
    }, ms);
  };
  awaitWorker(FIRST_WORKER_GRACE_MS);
  link.onLastSocketLeft(() => awaitWorker(WORKER_GRACE_MS));
  return () => {
    for (const stop of timers) stop();
    clearTimeout(grace);
  };
}

/** Runs `work` again and again, never twice at once. An error (the database restarts) is logged; the next round tries again. */
function every(engine: Engine, ms: number, name: string, work: () => Promise<unknown>): () => void {
  let isStopped = false;
  let timer: NodeJS.Timeout;
  const round = async () => {
    await work().catch((error: unknown) => engine.log.error({ err: error, timer: name }, "timer failed"));
    if (!isStopped) timer = setTimeout(() => void round(), ms);
  };
  timer = setTimeout(() => void round(), ms);
  return () => {
    isStopped = true;
    clearTimeout(timer);
  };
}
