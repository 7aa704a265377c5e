import { isFinal, type ExecutionStatus, type RunChange, type RunState, type RunStatus } from "../core/run.ts";

/** One run of a task, with the state its newest snapshot shows. */
export type Run = {
  /** `run_…`. */
  id: string;
  session_id: string | null;
  task: string;
  /** JSON text, as the run process receives it. */
  payload: string;
  tags: string[];
  is_spare: boolean;
  execution_status: ExecutionStatus;
  status: RunStatus;
  attempt: number;
  snapshot_id: string;
  worker_id: string | null;
  traceparent: string;
  available_at: Date;
  lease_until: Date | null;
  created_at: Date;
  updated_at: Date;
  started_at: Date | null;
  finished_at: Date | null;
  output: string | null;
  error: unknown;
};

export type NewRun = {
  sessionId: string | null;
  task: string;
  payload: Record<string, unknown>;
  tags: string[];
  isSpare?: boolean;
  /** No worker gets it before. */
  availableAt: Date;
};

/** One state of a run, as the worker was shown it. `waitpoint_ids` are those it was told of then. */
export type Snapshot = {
  id: string;
  run_id: string;
  attempt: number;
  execution_status: ExecutionStatus;
  waitpoint_ids: string[];
  at: Date;
};

export interface Runs {
  byId(id: string): Promise<Run | undefined>;

  /**
   * Takes the oldest queued run that is due for the given worker, a person's before a spare; undefined if there is none.
   * Two callers never get the same run, and neither waits for the other.
   */
  takeQueued(workerId: string, now: Date): Promise<Run | undefined>;

  /** The session's run whose trace this is (its `traceparent` names it), if it has one. */
  byTrace(sessionId: string, traceId: string): Promise<Run | undefined>;

  /**
   * Extends a live run's lease without a new snapshot: nothing changed that the worker should hear of. `snapshotId` tells
   * which attempt speaks; false, with nothing changed, when that one is over.
   */
  extendLease(id: string, snapshotId: string, leaseUntil: Date): Promise<boolean>;

  /** Ids of the runs whose worker has been silent for too long. */
  withExpiredLease(now: Date): Promise<string[]>;

  /** Ids of the runs that a worker holds. */
  liveIds(): Promise<string[]>;

  /** How many runs a worker holds, and how many more are due; spares do not count as queued. */
  counts(now: Date): Promise<{ live: number; queued: number }>;

  /** Forgets runs that ended before `limit`, but no session's current one. At most `rows`; returns how many. */
  removeEnded(limit: Date, rows: number): Promise<number>;

  /** Forgets states that runs were in before `limit` and are not in any more. At most `rows`; returns how many. */
  removeSnapshots(limit: Date, rows: number): Promise<number>;

  /** True while a spare run is queued or live. */
  isSparePending(): Promise<boolean>;

  /** A state that the run was in, by the snapshot's id. A queued run that never changed has none. */
  snapshotById(id: string): Promise<Snapshot | undefined>;

  /** Id of the snapshot with which the run was last given to a worker. */
  lastDequeue(id: string): Promise<string | undefined>;
}

export interface RunsTx extends Runs {
  insert(run: NewRun): Promise<Run>;

  /** `byId`, with the row locked until the transaction ends. */
  lock(id: string): Promise<Run | undefined>;

  /**
   * Writes a change as a new snapshot (the worker ignores a snapshot id it has seen), and returns the run as it is now.
   * `run` must be locked: the change was decided from it. `waitpointIds` are the ones this snapshot tells the run of.
   */
  apply(run: Run, change: RunChange, waitpointIds?: string[]): Promise<Run>;
}

export const toState = (run: Run): RunState => ({
  executionStatus: run.execution_status,
  status: run.status,
  attempt: run.attempt,
});

export const isOver = (run: Run) => isFinal(toState(run));
