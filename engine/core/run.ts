/**
 * The life of a run: which change each event makes. Pure: takes the run, the event and the time, returns the change, or
 * undefined when the event no longer applies (a stale write).
 *
 * RUN_CREATED and QUEUED are one state here; suspended states do not exist, because a development worker keeps its
 * process while it waits (and publishing EXECUTING_WITH_WAITPOINTS costs that client five seconds).
 */
export type ExecutionStatus = "QUEUED" | "PENDING_EXECUTING" | "EXECUTING" | "PENDING_CANCEL" | "FINISHED";

export type RunStatus =
  | "PENDING"
  | "DEQUEUED"
  | "EXECUTING"
  | "CANCELED"
  | "COMPLETED_SUCCESSFULLY"
  | "COMPLETED_WITH_ERRORS"
  | "CRASHED"
  | "SYSTEM_FAILURE"
  | "TIMED_OUT"
  | "EXPIRED";

export type RunState = {
  executionStatus: ExecutionStatus;
  status: RunStatus;
  attempt: number;
};

export type RunChange = Partial<RunState> & {
  leaseUntil?: Date | null;
  /** When a queued run may be taken. */
  availableAt?: Date;
  startedAt?: Date;
  finishedAt?: Date;
  output?: string | null;
  error?: unknown;
};

/**
 * What the worker reports at the end of an attempt (`TaskRunExecutionResult` of @trigger.dev/core). `retry` is the run
 * process's own decision to try again, from the task's settings; `delay` in milliseconds.
 */
export type Completion =
  { ok: true; output?: string } | { ok: false; error: { type: string; code?: string }; retry?: { delay: number } };

/** A dequeued run that does not start within this time goes back to the queue. */
const START_LEASE_MS = 10_000;

const after = (now: Date, ms: number) => new Date(now.getTime() + ms);

export const isFinal = (run: Pick<RunState, "executionStatus">) => run.executionStatus === "FINISHED";

export function dequeue(run: RunState, now: Date): RunChange | undefined {
  if (run.executionStatus !== "QUEUED") return undefined;
  return { executionStatus: "PENDING_EXECUTING", status: "DEQUEUED", leaseUntil: after(now, START_LEASE_MS) };
}

export function startAttempt(run: RunState, now: Date, leaseMs: number): RunChange | undefined {
  if (run.executionStatus !== "PENDING_EXECUTING") return undefined;
  return {
    executionStatus: "EXECUTING",
    status: "EXECUTING",
    attempt: run.attempt + 1,
    leaseUntil: after(now, leaseMs),
    ...(run.attempt === 0 ? { startedAt: now } : {}),
  };
}

export function heartbeat(run: RunState, now: Date, leaseMs: number): RunChange | undefined {
  if (run.executionStatus !== "EXECUTING" && run.executionStatus !== "PENDING_CANCEL") return undefined;
  return { leaseUntil: after(now, leaseMs) };
}

/** Up to here the worker keeps the run between two attempts; for longer it gives it back to the queue. */
const SHORT_RETRY_MS = 10_000;

/**
 * `attempt` is the one the worker says it finished: an earlier one must not end the run. A run process that died says
 * nothing of a retry: `crashRetryMs` is then the time to the next attempt, or undefined for none.
 */
export function complete(
  run: RunState,
  attempt: number,
  completion: Completion,
  now: Date,
  crashRetryMs?: number,
): RunChange | undefined {
  const isLive = run.executionStatus === "EXECUTING" || run.executionStatus === "PENDING_CANCEL";
  if (!isLive || attempt !== run.attempt) return undefined;
  const finished = { executionStatus: "FINISHED", leaseUntil: null, finishedAt: now } as const;
  if (completion.ok) return { ...finished, status: "COMPLETED_SUCCESSFULLY", output: completion.output ?? null };
  if (run.executionStatus === "EXECUTING") {
    if (completion.retry) return tryAgain(completion.retry.delay, now);
    if (crashRetryMs !== undefined) return queueAgain(crashRetryMs, now);
  }
  return { ...finished, status: failureStatus(completion.error), error: completion.error };
}

function tryAgain(delayMs: number, now: Date): RunChange {
  if (delayMs > SHORT_RETRY_MS) return queueAgain(delayMs, now);
  return { executionStatus: "PENDING_EXECUTING", status: "DEQUEUED", leaseUntil: after(now, delayMs + START_LEASE_MS) };
}

function queueAgain(delayMs: number, now: Date): RunChange {
  return { executionStatus: "QUEUED", status: "PENDING", leaseUntil: null, availableAt: after(now, delayMs) };
}

/** Time to the next attempt of a run whose process died in its `attempt`-th; undefined when that was the last. */
export function crashRetryMs(attempt: number, maxAttempts: number): number | undefined {
  return attempt < maxAttempts ? Math.min(1000 * 2 ** (attempt - 1), 60_000) : undefined;
}

/** Nobody took the run in the time its owner gave it. */
export function expire(run: RunState, now: Date): RunChange | undefined {
  if (run.executionStatus !== "QUEUED" || run.attempt > 0) return undefined;
  return {
    executionStatus: "FINISHED",
    status: "EXPIRED",
    leaseUntil: null,
    finishedAt: now,
    error: { type: "STRING_ERROR", raw: "Run expired because its time to live was over before a worker took it" },
  };
}

function failureStatus(error: { type: string; code?: string }): RunStatus {
  if (error.type !== "INTERNAL_ERROR") return "COMPLETED_WITH_ERRORS";
  if (error.code === "TASK_RUN_CANCELLED") return "CANCELED";
  return error.code === "MAX_DURATION_EXCEEDED" ? "TIMED_OUT" : "CRASHED";
}

/** A queued run ends at once; a live one is asked to stop and ends when its worker says so. */
export function cancel(run: RunState, now: Date): RunChange | undefined {
  switch (run.executionStatus) {
    case "QUEUED":
    case "PENDING_EXECUTING":
      return { executionStatus: "FINISHED", status: "CANCELED", leaseUntil: null, finishedAt: now };
    case "EXECUTING":
      return { executionStatus: "PENDING_CANCEL", leaseUntil: after(now, START_LEASE_MS) };
    default:
      return undefined;
  }
}

/** The worker is gone, or fell silent. A run that never started goes back to the queue; a live one is over. */
export function lose(run: RunState, now: Date): RunChange | undefined {
  switch (run.executionStatus) {
    case "PENDING_EXECUTING":
      return { executionStatus: "QUEUED", status: "PENDING", leaseUntil: null };
    case "EXECUTING":
    case "PENDING_CANCEL":
      return {
        executionStatus: "FINISHED",
        status: run.executionStatus === "PENDING_CANCEL" ? "CANCELED" : "SYSTEM_FAILURE",
        leaseUntil: null,
        finishedAt: now,
        error: {
          type: "INTERNAL_ERROR",
          code: "TASK_RUN_HEARTBEAT_TIMEOUT",
          message: "The worker of this run is gone.",
        },
      };
    default:
      return undefined;
  }
}
