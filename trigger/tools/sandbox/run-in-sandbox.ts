import { inWorker, WorkerTimeout } from "../in-worker.ts";
import { TOO_LONG, type Outcome, type Script } from "./script.ts";

const TIMEOUT_MS = 5000;
/** For the thread to start, and for what the sandbox cannot interrupt. */
const GRACE_MS = 2000;
/** Around the sandbox, whose own memory is bounded inside. */
const THREAD_MB = 64;

export interface Ran extends Outcome {
  logs: string;
  tookMs: number;
}

/** Runs code that anybody may have written. Throws the signal's reason when it is stopped, and otherwise nothing. */
export async function runInSandbox(
  code: string,
  { signal, timeoutMs = TIMEOUT_MS }: { signal?: AbortSignal; timeoutMs?: number } = {},
): Promise<Ran> {
  const { url } = await import("./sandbox-worker.ts");
  const lines: string[] = [];
  const start = performance.now();
  const done = (outcome: Outcome): Ran => ({
    logs: lines.join("\n"),
    ...outcome,
    tookMs: Math.round(performance.now() - start),
  });
  try {
    const input: Script = { code, timeoutMs };
    const job = {
      input,
      signal,
      onsaid: (line: string) => lines.push(line),
      timeoutMs: timeoutMs + GRACE_MS,
      memoryMb: THREAD_MB,
    };
    return done((await inWorker(url, job)) as Outcome);
  } catch (error) {
    signal?.throwIfAborted();
    return done({ error: error instanceof WorkerTimeout ? TOO_LONG : "The code broke its sandbox and was ended." });
  }
}
