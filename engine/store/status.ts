/** How much there is, in numbers. Spare runs and their sessions are the engine's own and not counted. */
export type StoreStatus = {
  /** `open`: neither closed nor expired. `live`: with a run that is not over. */
  sessions: { open: number; live: number };
  /** Runs by status. */
  runs: Record<string, number>;
  /** Runs that could be taken now, and since when the first of them could. */
  queue: { length: number; oldest: Date | null };
};
