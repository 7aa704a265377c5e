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
  | "SYSTEM_FAILURE";

export type RunState = {
  executionStatus: ExecutionStatus;
  status: RunStatus;
  attempt: number;
};

export type RunChange = Partial<RunState> & {
  leaseUntil?: Date | null;
  startedAt?: Date;
  finishedAt?: Date;
  output?: string | null;
  error?: unknown;
};

/** What the worker reports at the end of an attempt (`TaskRunExecutionResult` of @trigger.dev/core). */
export type Completion = { ok: true; output?: string } | { ok: false; error: { type: string; code?: string } };

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

/** `attempt` is the one the worker says it finished: an earlier one must not end the run. */
export function complete(run: RunState, attempt: number, completion: Completion, now: Date): RunChange | undefined {
  const isLive = run.executionStatus === "EXECUTING" || run.executionStatus === "PENDING_CANCEL";
  if (!isLive || attempt !== run.attempt) return undefined;
  const finished = { executionStatus: "FINISHED", leaseUntil: null, finishedAt: now } as const;
  if (completion.ok) return { ...finished, status: "COMPLETED_SUCCESSFULLY", output: completion.output ?? null };
  return { ...finished, status: failureStatus(completion.error), error: completion.error };
}

function failureStatus(error: { type: string; code?: string }): RunStatus {
  if (error.type !== "INTERNAL_ERROR") return "COMPLETED_WITH_ERRORS";
  return error.code === "TASK_RUN_CANCELLED" ? "CANCELED" : "CRASHED";
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
