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
} & RunOptions;

/** What its owner asked for, where it came from, and what it says of itself. Each has a standard value. */
export type RunOptions = {
  payload_type: string;
  output_type: string;
  metadata: Record<string, unknown>;
  /** The run that started it, and the first of that line; null for one that nobody's run started. */
  parent_id: string | null;
  root_id: string | null;
  depth: number;
  batch_id: string | null;
  /** Its parent stands still until it is over. */
  resumes_parent: boolean;
  /** The only build that may execute it; null: the newest. */
  locked_worker_id: string | null;
  queue: string;
  /** Divides a queue: each key has the queue's limit to itself. */
  concurrency_key: string | null;
  machine: string | null;
  max_attempts: number | null;
  /** In seconds. */
  max_duration: number | null;
  /** As it was given; `expires_at` is what it means: a run not taken by then never is. */
  ttl: string | null;
  expires_at: Date | null;
  delayed_until: Date | null;
  idempotency_key: string | null;
  /** From then on the key is free again. */
  idempotency_until: Date | null;
};

/** A list's members must meet every filter given. */
export type RunFilter = {
  limit: number;
  /** Ids of runs: those older than `after`, or those newer than `before`. */
  after?: string;
  before?: string;
  /** `DELAYED`: pending runs that are due later; `PENDING` does not mean those. */
  statuses?: (RunStatus | "DELAYED")[];
  tasks?: string[];
  versions?: string[];
  /** Runs that carry one of them. */
  tags?: string[];
  batch?: string;
  queues?: string[];
  machines?: string[];
  createdFrom?: Date;
  createdTo?: Date;
};

export type RunPage = { runs: Run[]; next?: string; previous?: string };

/** A queue's name, and how many of its runs (of each concurrency key) may execute at once. */
export type QueueLimit = { name: string; limit: number };

export type NewRun = {
  sessionId: string | null;
  task: string;
  /** A string is JSON already. */
  payload: Record<string, unknown> | string;
  tags: string[];
  isSpare?: boolean;
  options?: Partial<RunOptions>;
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
   * Runs of a full queue are passed over; a run that waits for others or for time fills no place. A run that is locked
   * to a build is given to that one. Two callers never get the same run; neither waits for the other unless there are limits to keep.
   */
  takeQueued(workerId: string, now: Date, limits?: QueueLimit[]): Promise<Run | undefined>;

  /** The newest first, spares left out. `next` and `previous` are the cursors of the pages beside this one, if any. */
  list(filter: RunFilter, now: Date): Promise<RunPage>;

  /** The runs it started, oldest first. */
  childrenOf(id: string): Promise<Run[]>;

  /** Ids of the queued runs whose time to live is over. */
  expired(now: Date): Promise<string[]>;

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

  /**
   * How many runs a worker holds, and how many more are due; spares do not count as queued. A run that stands still for
   * another run does not count as live: it has left its place, or the other could never have it.
   */
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

  /** The run of this task whose key this is, and is not free again. Callers with the same key take turns. */
  byIdempotencyKey(task: string, key: string, now: Date): Promise<Run | undefined>;

  /** Writes what is no state: no new snapshot. The run must be locked. */
  amend(id: string, change: Partial<Pick<Run, "metadata" | "tags" | "idempotency_key" | "output_type">>): Promise<Run>;

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
