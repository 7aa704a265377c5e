/** What its owner wants of each of its runs; durations in seconds. Other fields are kept and handed back. */
export type TriggerConfig = {
  basePayload: Record<string, unknown>;
  tags?: string[];
  queue?: string;
  concurrencyKey?: string;
  machine?: string;
  maxAttempts?: number;
  maxDuration?: number;
  lockToVersion?: string;
  idleTimeoutInSeconds?: number;
  ttl?: string | number;
} & Record<string, unknown>;

/** A conversation: its names, its two streams, and the run that serves it. */
export type Session = {
  /** `session_…`. */
  id: string;
  external_id: string | null;
  /** What its streams are named after, and no other's: the external id at creation, else (or if that is taken) the id. */
  stream_key: string;
  type: string;
  task: string;
  trigger_config: TriggerConfig;
  tags: string[];
  metadata: Record<string, unknown> | null;
  current_run_id: string | null;
  /** The newest input record that a completed turn has taken in; null before the first. */
  answered_in_seq: number | null;
  retry_seq: number | null;
  retry_count: number;
  closed_at: Date | null;
  closed_reason: string | null;
  expires_at: Date | null;
  created_at: Date;
  updated_at: Date;
};

export type NewSession = {
  externalId: string | null;
  type: string;
  task: string;
  triggerConfig: Session["trigger_config"];
  tags: string[];
  metadata: Record<string, unknown> | null;
  expiresAt: Date | null;
};

export type SessionChange = Partial<
  Pick<
    Session,
    | "current_run_id"
    | "answered_in_seq"
    | "retry_seq"
    | "retry_count"
    | "closed_at"
    | "closed_reason"
    | "external_id"
    | "tags"
    | "metadata"
  >
>;

/** A list's members must meet every filter given: be of one of `types`, carry one of `tags`, and so on. */
export type ListFilter = {
  limit: number;
  /** Ids of sessions: those older than `after`, or those newer than `before`. */
  after?: string;
  before?: string;
  types?: string[];
  tags?: string[];
  tasks?: string[];
  externalId?: string;
  statuses?: string[];
  createdFrom?: Date;
  createdTo?: Date;
};

export type Page = { sessions: Session[]; next?: string; previous?: string };

/** The sessions of spare runs: the engine's own, shown to nobody. */
export const SPARE_TYPE = "engine.spare";

export interface Sessions {
  /** By its id (`session_…`) or its external id. */
  find(name: string): Promise<Session | undefined>;

  /** Writes the fields given, and returns the session as it is now. Throws if there is none with this id. */
  update(id: string, change: SessionChange): Promise<Session>;

  /** The newest first, spares left out. `next` and `previous` are the cursors of the pages beside this one, if any. */
  list(filter: ListFilter, now: Date): Promise<Page>;

  /**
   * Forgets sessions that were closed or have expired before `limit` and have no live run, with all that is theirs: runs
   * and those that they started, streams, snapshots, and the packets and batches that no other run has. At most `rows`
   * records or sessions; returns how many, `rows` when there may be more.
   */
  removeOver(limit: Date, rows: number): Promise<number>;

  /** The same for sessions that were closed with this reason, however lately. */
  removeClosedAs(reason: string, rows: number): Promise<number>;

  /** Forgets spare sessions, with runs and streams, whose run ended before `limit`. */
  removeSpares(limit: Date): Promise<void>;
}

export interface SessionsTx extends Sessions {
  /**
   * Creates a session with its two streams, or finds the one that has its external id already (which stays as it is). Its row is locked
   * afterwards; of two calls at once, one creates and the other waits for it.
   */
  insertOrLock(input: NewSession): Promise<{ session: Session; isNew: boolean }>;

  /** `find`, with the row locked: whoever appends input or ends the session's run takes turns here. */
  findAndLock(name: string): Promise<Session | undefined>;

  /**
   * A completed turn has taken in the input up to `seq`: moves `answered_in_seq` on, never back, and forgets what was
   * retried. Locks the session, so it comes before the stream.
   */
  markAnswered(streamKey: string, seq: number): Promise<void>;
}
