import type { Generated, Kysely, RawBuilder, Transaction } from "kysely";
import type { Batch } from "../batches.ts";
import type { Packet } from "../packets.ts";
import type { Run, RunOptions, Snapshot } from "../runs.ts";
import type { Session } from "../sessions.ts";
import type { Headers } from "../streams.ts";
import type { LogLine, Span } from "../telemetry.ts";
import type { Waitpoint } from "../waitpoints.ts";
import type { Worker } from "../workers.ts";

/** A table whose rows are the interface's, `Defaulted` naming the columns that the database fills in. */
type Table<Row, Defaulted extends keyof Row = never> = Omit<Row, Defaulted> & {
  [Column in Defaulted]: Generated<Row[Column]>;
};

/** Grows with each row: the order of creation, which two equal times would leave open. */
type Ordered = { ord: Generated<number> };

export type RecordRow = {
  stream: string;
  seq: number;
  record_id: string | null;
  body: string;
  headers: Headers | null;
  wants_answer: boolean;
  at: Date;
};

/** Tables of the schema `engine`. Sequence numbers are positions in a log, from 0. */
export interface EngineDatabase {
  "engine.session": Table<Session, "created_at" | "updated_at"> & Ordered;
  "engine.stream": { key: string; next_seq: number; trim_before: number | null; trim_at: Date | null };
  "engine.record": RecordRow;
  "engine.run": Table<Run, "created_at" | "updated_at" | keyof RunOptions> & Ordered;
  "engine.snapshot": Table<Snapshot, "at">;
  "engine.waitpoint": Waitpoint;
  "engine.batch": Table<Batch, "created_at" | "run_ids">;
  "engine.worker": Worker & Ordered & { created_at: Generated<Date> };
  "engine.span": SpanRow;
  "engine.log_line": LogLineRow;
  "engine.packet": Packet & { id: string; written_at: Generated<Date> };
  "engine.snapshot_blob": { session_id: string; body: Buffer; updated_at: Generated<Date> };
}

/** `duration` is in nanoseconds. */
export interface SpanRow {
  run_id: string;
  session_id: string | null;
  span_id: string;
  trace_id: string;
  parent_id: string | null;
  name: string;
  started_at: Date;
  duration: number;
  is_partial: boolean;
  is_error: boolean;
  attributes: Span["attributes"];
  events: Span["events"];
  received_at: Generated<Date>;
}

export interface LogLineRow {
  id: Generated<number>;
  run_id: string;
  session_id: string | null;
  span_id: string | null;
  at: Date;
  level: LogLine["level"];
  body: string;
  attributes: LogLine["attributes"];
  received_at: Generated<Date>;
}

/** The pool, or one transaction on it. */
export type Db = Kysely<EngineDatabase>;
export type Tx = Transaction<EngineDatabase>;

/** Runs a delete statement; how many rows it took. */
export async function removed(db: Db, statement: RawBuilder<unknown>): Promise<number> {
  return Number((await statement.execute(db)).numAffectedRows ?? 0n);
}

/** Runs `work` in the transaction that `db` is, or in one of its own. */
export function inTransaction<T>(db: Db, work: (tx: Tx) => Promise<T>): Promise<T> {
  return db.isTransaction ? work(db as Tx) : db.transaction().execute(work);
}
