/** Runs that were started together, in the order in which they were given. */
export type Batch = {
  /** `batch_…`. */
  id: string;
  run_count: number;
  parent_id: string | null;
  /** Its parent stands still until all of them are over. */
  resumes_parent: boolean;
  idempotency_key: string | null;
  /** By their index in the batch; empty where one has not come yet. */
  run_ids: string[];
  created_at: Date;
};

export type NewBatch = Pick<Batch, "run_count" | "parent_id" | "resumes_parent" | "idempotency_key">;

export interface Batches {
  byId(id: string): Promise<Batch | undefined>;

  /** Forgets batches made before `limit` of whose runs none is left. At most `rows`; returns how many. */
  removeOver(limit: Date, rows: number): Promise<number>;
}

export interface BatchesTx extends Batches {
  /** Creates a batch, or finds the one with its idempotency key. */
  insertOrFind(input: NewBatch): Promise<{ batch: Batch; isNew: boolean }>;

  /** `byId`, with the row locked until the transaction ends. */
  lock(id: string): Promise<Batch | undefined>;

  /** Notes the run at a place of the batch; false if the place is taken. Locks the batch. */
  setRun(id: string, index: number, runId: string): Promise<boolean>;
}
