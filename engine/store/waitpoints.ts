import type { WaitpointResult } from "../core/waitpoint.ts";

/** `MANUAL`: for a record of a stream; `DATETIME`: for a point in time; `RUN`: for another run's end. */
export type WaitpointType = "MANUAL" | "DATETIME" | "RUN";

/** The point a run waits at, until what it waits for comes or its time runs out. */
export type Waitpoint = {
  /** `waitpoint_…`. */
  id: string;
  run_id: string;
  type: WaitpointType;
  stream: string | null;
  child_run_id: string | null;
  /** Of the runs it waits for together: it goes on when the last of them has ended. */
  batch_id: string | null;
  batch_index: number | null;
  idempotency_key: string | null;
  /** The run has stopped at it, and must be told when it completes. */
  is_blocking: boolean;
  timeout_at: Date | null;
  completed_at: Date | null;
  output: string | null;
  output_type: string | null;
  output_is_error: boolean;
};

export type NewWaitpoint = {
  runId: string;
  type?: WaitpointType;
  stream: string | null;
  idempotencyKey: string | null;
  timeoutAt: Date | null;
  childRunId?: string;
  batchId?: string;
  batchIndex?: number;
  /** The run stands still at it from the first. */
  isBlocking?: boolean;
};

export interface Waitpoints {
  /** In the order of the ids. */
  byIds(ids: string[]): Promise<Waitpoint[]>;

  /** The pending waitpoints whose time has run out, with the run each belongs to. */
  overdue(now: Date): Promise<Pick<Waitpoint, "id" | "run_id" | "type">[]>;

  /** Forgets those that completed before `limit` (of a batch: once its run is over, which is told of all at once), and pending ones of runs that ended before it. At most `rows`; how many. */
  removeCompleted(limit: Date, rows: number): Promise<number>;

  /** At most `limit` pending waitpoints that a chat's run has stopped at, those first whose time runs out first. */
  ofIdleChats(limit: number): Promise<Pick<Waitpoint, "id" | "run_id">[]>;

  /** Those of one run for one batch, in the batch's order. */
  ofBatch(runId: string, batchId: string): Promise<Waitpoint[]>;
}

export interface WaitpointsTx extends Waitpoints {
  /** Creates a waitpoint, or finds the one the run already made with this idempotency key. */
  insertOrFind(input: NewWaitpoint): Promise<{ waitpoint: Waitpoint; isNew: boolean }>;

  /** Completes what waits on the stream. A waitpoint completes once. Returns those whose run has stopped at them. */
  completeOnStream(stream: string, result: WaitpointResult, now: Date): Promise<Waitpoint[]>;

  /** The same for one waitpoint. */
  completeById(id: string, result: WaitpointResult, now: Date): Promise<Waitpoint[]>;

  /** The same for what waits for a run's end. */
  completeOnRun(runId: string, result: WaitpointResult, now: Date): Promise<Waitpoint[]>;

  /** Notes that the run has stopped at it, and locks it; undefined if the run has no such waitpoint. */
  block(runId: string, id: string): Promise<Waitpoint | undefined>;
}
