/** A build of the tasks. */
export type Worker = {
  /** `worker_…`. */
  id: string;
  /** The day and a number that grows: `20261122.3`. */
  version: string;
  content_hash: string;
  tasks: WorkerTask[];
  queues: WorkerQueue[];
};

/** A task as its build declares it; `maxDuration` in seconds. */
export type WorkerTask = {
  id: string;
  filePath: string;
  triggerSource?: string;
  queue?: string;
  machine?: string;
  maxAttempts?: number;
  maxDuration?: number;
  ttl?: string | number;
};

/** A queue that a build declares, with its limit. */
export type WorkerQueue = { name: string; concurrencyLimit?: number | null };

export interface Workers {
  /**
   * Registers a build. The newest one registered again (the worker restarted) keeps its id and version; anything else is
   * a new version, numbered within the day of `now`.
   */
  register(contentHash: string, tasks: WorkerTask[], now: Date, queues?: WorkerQueue[]): Promise<Worker>;

  /** Forgets builds registered before `limit` that no run was given to and nobody is locked to, but not the newest. At most `rows`; how many. */
  removeUnused(limit: Date, rows: number): Promise<number>;

  newest(): Promise<Worker | undefined>;

  byId(id: string): Promise<Worker | undefined>;

  byVersion(version: string): Promise<Worker | undefined>;
}
