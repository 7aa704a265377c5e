export type Io = "in" | "out";
export type Headers = [string, string][];

/** One record of a log. `seq` is its position, from 0; `at` is in milliseconds since 1970. */
export type StreamRecord = { seq: number; body: string; headers: Headers | null; at: number };
/** `id` makes a record recognisable when it is sent again. */
export type NewRecord = { body: string; headers?: Headers; id?: string };

/**
 * What became of a batch. Its last record is at `endSeq - 1`, and `endSeq - startSeq` is the size of the batch, as the
 * S2 client insists. `records` are those that are new with this call: none when the whole batch was there already.
 */
export type Appended = { startSeq: number; endSeq: number; at: number; records: StreamRecord[] };

export const streamName = (streamKey: string, io: Io) => `sessions/${streamKey}/${io}`;

/** Another first word than the session's own streams have: a stream key may contain slashes, a channel's name none. */
export const channelName = (streamKey: string, channel: string, io: Io) => `channels/${streamKey}/${channel}/${io}`;

export interface Streams {
  /**
   * Appends a batch, all or nothing, at the next positions; a stream begins with its first append. A record whose id is
   * in the log already is skipped, and the others follow in their order. `wantsAnswer` marks input that a run must
   * answer. Appends to one stream take turns.
   */
  append(stream: string, batch: NewRecord[], wantsAnswer?: boolean): Promise<Appended>;

  /**
   * `append` for a run, or (undefined) for somebody else with a token for this stream: it begins no stream. Undefined, with
   * nothing written, when there is no such stream (its session was forgotten), when the run is over and its session is
   * another's by now, or when there is no such run any more. A run that hands its session on while it is live may finish
   * what it has to say.
   */
  appendAs(runId: string | undefined, stream: string, batch: NewRecord[]): Promise<Appended | undefined>;

  /** Records from `fromSeq` on, the oldest first, at most `limit` (1000). What was trimmed is skipped. */
  read(stream: string, fromSeq: number, limit?: number): Promise<StreamRecord[]>;

  /** The position the next record will get; 0 for a stream that nobody wrote. Trimming changes nothing here. */
  nextSeq(stream: string): Promise<number>;

  /** The newest record that is not a command to the log itself (a trim). */
  lastRecord(stream: string): Promise<StreamRecord | undefined>;

  /** Position of the oldest record after `answeredSeq` (null: of all) that wants an answer. */
  oldestUnanswered(stream: string, answeredSeq: number | null): Promise<number | undefined>;

  /**
   * Marks records before `seq` as no longer needed; a lower position than before changes nothing. They go at `at`, a
   * little later, so that a reader on its way still finds them.
   */
  requestTrim(stream: string, seq: number, at: Date): Promise<void>;

  /**
   * Forgets input that came before `limit` and is answered, but the newest `margin` records before its session's
   * `answered_in_seq` stay. Positions stay as they are. At most `rows`; returns how many.
   */
  removeAnswered(limit: Date, margin: number, rows: number): Promise<number>;

  /** Forgets what came before `limit` on any channel of any session. At most `rows`; returns how many. */
  removeFromChannels(limit: Date, rows: number): Promise<number>;

  /** Deletes what was to go by now. */
  deleteTrimmed(now: Date): Promise<void>;
}

export interface StreamsTx extends Streams {
  /**
   * Waits for appends that are under way; those that come later see what this transaction changed. Who replaces a run
   * does it, so that the old one's writes come before, or are refused.
   */
  lock(stream: string): Promise<void>;
}
