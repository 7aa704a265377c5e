import { EventEmitter, once } from "node:events";
import type { StreamRecord } from "./store/streams.ts";

/**
 * News inside the engine's process, sent after the commit it tells of. It only shortens a wait: whoever listens reads
 * the database as well, so a lost signal costs time and nothing else.
 */
export class Signals {
  readonly #emitter = new EventEmitter().setMaxListeners(0);

  appended(stream: string, records: StreamRecord[]): void {
    this.#emitter.emit(`stream:${stream}`, records);
  }

  /** Calls `listener` with the records of every append to the stream, until the returned function is called. */
  onAppended(stream: string, listener: (records: StreamRecord[]) => void): () => void {
    const event = `stream:${stream}`;
    this.#emitter.on(event, listener);
    return () => void this.#emitter.off(event, listener);
  }

  runQueued(): void {
    this.#emitter.emit("run-queued");
  }

  /** Resolves when a run was queued or a worker registered, or with the signal's abort. */
  async nextQueueChange(signal: AbortSignal): Promise<void> {
    await once(this.#emitter, "run-queued", { signal }).catch(() => undefined);
  }

  runChanged(runId: string): void {
    this.#emitter.emit("run-changed", runId);
  }

  onRunChanged(listener: (runId: string) => void): () => void {
    this.#emitter.on("run-changed", listener);
    return () => void this.#emitter.off("run-changed", listener);
  }
}
