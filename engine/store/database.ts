import type { Generated, Kysely, Transaction } from "kysely";
import type { ExecutionStatus, RunStatus } from "../core/run.ts";
import type { IdleProcesses } from "../core/spare.ts";

/** Tables of the schema `engine`. Sequence numbers are positions in a log, from 0. */
export interface EngineDatabase {
  "engine.session": SessionTable;
  "engine.stream": StreamTable;
  "engine.record": RecordTable;
  "engine.run": RunTable;
  "engine.snapshot": SnapshotTable;
  "engine.waitpoint": WaitpointTable;
  "engine.worker": WorkerTable;
  "engine.telemetry": TelemetryTable;
  "engine.snapshot_blob": SnapshotBlobTable;
}

export type Db = Kysely<EngineDatabase>;
export type Tx = Transaction<EngineDatabase>;
export type { IdleProcesses };

export interface SessionTable {
  ord: Generated<number>;
  id: string;
  external_id: string | null;
  /** What its streams are named after: the external id at creation, else the id. */
  stream_key: string;
  type: string;
  task: string;
  trigger_config: { basePayload: Record<string, unknown>; tags?: string[] } & Record<string, unknown>;
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
  created_at: Generated<Date>;
  updated_at: Generated<Date>;
}

export interface StreamTable {
  key: string;
  next_seq: number;
  trim_before: number | null;
  trim_at: Date | null;
}

export interface RecordTable {
  stream: string;
  seq: number;
  record_id: string | null;
  body: string;
  headers: [string, string][] | null;
  wants_answer: boolean;
  at: Date;
}

export interface RunTable {
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
  created_at: Generated<Date>;
  updated_at: Generated<Date>;
  started_at: Date | null;
  finished_at: Date | null;
  output: string | null;
  error: unknown;
}

export interface SnapshotTable {
  id: string;
  run_id: string;
  attempt: number;
  execution_status: ExecutionStatus;
  waitpoint_ids: string[];
  at: Generated<Date>;
}

export interface WaitpointTable {
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
}

export interface WorkerTable {
  ord: Generated<number>;
  id: string;
  version: string;
  content_hash: string;
  tasks: { id: string; filePath: string; triggerSource?: string }[];
  created_at: Generated<Date>;
}

export interface TelemetryTable {
  id: Generated<number>;
  signal: "traces" | "logs" | "metrics";
  body: unknown;
  received_at: Generated<Date>;
}

/** The default transcript of a session whose agent brings no storage: bytes the SDK wrote, read by nobody else. */
export interface SnapshotBlobTable {
  session_id: string;
  body: Buffer;
  updated_at: Generated<Date>;
}
