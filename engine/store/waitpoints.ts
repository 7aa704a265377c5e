import type { WaitpointResult } from "../core/waitpoint.ts";

/** The point a run waits at for a record of a stream, or for its time to run out. */
export type Waitpoint = {
  /** `waitpoint_…`. */
  id: string;
  run_id: string;
  stream: string;
  idempotency_key: string | null;
  /** The run has stopped at it, and must be told when it completes. */
  is_blocking: boolean;
  timeout_at: Date | null;
  completed_at: Date | null;
  output: string | null;
  output_is_error: boolean;
};

export type NewWaitpoint = { runId: string; stream: string; idempotencyKey: string | null; timeoutAt: Date | null };

export interface Waitpoints {
  byIds(ids: string[]): Promise<Waitpoint[]>;

  /** The pending waitpoints whose time has run out, with the run each belongs to. */
  overdue(now: Date): Promise<Pick<Waitpoint, "id" | "run_id">[]>;

  /** Forgets those that completed before `limit`, and pending ones of runs that ended before it. At most `rows`; how many. */
  removeCompleted(limit: Date, rows: number): Promise<number>;

  /** At most `limit` pending waitpoints that a chat's run has stopped at, those first whose time runs out first. */
  ofIdleChats(limit: number): Promise<Pick<Waitpoint, "id" | "run_id">[]>;
}

export interface WaitpointsTx extends Waitpoints {
  /** Creates a waitpoint, or finds the one the run already made with this idempotency key. */
  insertOrFind(input: NewWaitpoint): Promise<{ waitpoint: Waitpoint; isNew: boolean }>;

  /** Completes what waits on the stream. A waitpoint completes once. Returns those whose run has stopped at them. */
  completeOnStream(stream: string, result: WaitpointResult, now: Date): Promise<Waitpoint[]>;

  /** The same for one waitpoint. */
  completeById(id: string, result: WaitpointResult, now: Date): Promise<Waitpoint[]>;

  /** Notes that the run has stopped at it, and locks it; undefined if the run has no such waitpoint. */
  block(runId: string, id: string): Promise<Waitpoint | undefined>;
}
