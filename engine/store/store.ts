import type { Batches, BatchesTx } from "./batches.ts";
import type { Packets } from "./packets.ts";
import type { Runs, RunsTx } from "./runs.ts";
import type { Sessions, SessionsTx } from "./sessions.ts";
import type { Snapshots } from "./snapshots.ts";
import type { StoreStatus } from "./status.ts";
import type { Streams, StreamsTx } from "./streams.ts";
import type { Telemetry } from "./telemetry.ts";
import type { Waitpoints, WaitpointsTx } from "./waitpoints.ts";
import type { Workers } from "./workers.ts";

/**
 * All that the engine keeps. Each call is committed when it resolves; calls that belong together go through
 * `transaction`. What a store has to do is written at each method and checked by `describeStore` (conformance.ts).
 */
export interface Store {
  readonly sessions: Sessions;
  readonly runs: Runs;
  readonly batches: Batches;
  readonly streams: Streams;
  readonly waitpoints: Waitpoints;
  readonly workers: Workers;
  readonly snapshots: Snapshots;
  readonly packets: Packets;
  readonly telemetry: Telemetry;

  /**
   * Everything `work` does through `tx`, or nothing if it throws (and this throws the same). Locks are held until its
   * end. Lock order: session, input stream, waitpoint, run, output stream.
   */
  transaction<T>(work: (tx: StoreTx) => Promise<T>): Promise<T>;

  /** True for an error that says the storage is away for a moment (it restarts): the call may be worth repeating. */
  isAway(error: unknown): boolean;

  /** Why a write was refused: a value that cannot be held, an id that is taken; undefined for any other error. */
  refusal(error: unknown): "value" | "taken" | undefined;

  status(now: Date): Promise<StoreStatus>;

  /** Resolves when the storage answers. */
  ping(): Promise<void>;

  /** Brings the storage up to date; two engines that start at once take turns. */
  migrate(): Promise<void>;

  close(): Promise<void>;
}

/** The same, bound to one transaction, with what makes sense only within one: locks, and the writes decided under them. */
export interface StoreTx {
  readonly sessions: SessionsTx;
  readonly runs: RunsTx;
  readonly batches: BatchesTx;
  readonly streams: StreamsTx;
  readonly waitpoints: WaitpointsTx;
  readonly workers: Workers;
  readonly snapshots: Snapshots;
  readonly packets: Packets;
  readonly telemetry: Telemetry;
}
