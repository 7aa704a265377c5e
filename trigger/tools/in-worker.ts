import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";

export interface Job {
  input: unknown;
  signal?: AbortSignal;
  /** The thread is ended after it, wherever it is. */
  timeoutMs: number;
  /** Of its JavaScript heap. */
  memoryMb: number;
  /** Hears what the work says before it is done. */
  onsaid?: (text: string) => void;
}

/** The thread took too long. */
export class WorkerTimeout extends Error {}

type Message = { said: string } | { output: unknown };

/**
 * Lets a module of ours work in a thread of its own, which is gone afterwards, with all it has loaded: what it works on comes
 * from strangers and may want any amount of time and memory. Resolves to what the work returns; throws WorkerTimeout, the
 * signal's reason, or what ended the thread. `url` is the module's own, as the bundler left it: whoever imports the module
 * for it loads nothing, because the module does its work's imports when it works.
 */
export function inWorker(url: string, { input, signal, timeoutMs, memoryMb, onsaid }: Job): Promise<unknown> {
  signal?.throwIfAborted();
  const worker = new Worker(new URL(url), {
    workerData: { work: url, input },
    // Nothing of the run's: neither its keys nor what is loaded into every process of it.
    env: {},
    execArgv: [],
    stdout: true,
    stderr: true,
    resourceLimits: { maxOldGenerationSizeMb: memoryMb, maxYoungGenerationSizeMb: 16 },
  });
  return new Promise<unknown>((resolve, reject) => {
    const timer = setTimeout(() => reject(new WorkerTimeout()), timeoutMs);
    const stop = () => reject(signal?.reason as Error);
    signal?.addEventListener("abort", stop);
    worker.on("message", (message: Message) => {
      if ("said" in message) onsaid?.(message.said);
      else resolve(message.output);
    });
    worker.on("error", reject);
    worker.on("exit", () => reject(new Error("The thread ended without an answer.")));
    worker.on("exit", () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", stop);
    });
  }).finally(() => worker.terminate());
}

/** At the top of such a module: does the work, if this is a thread that was started for it. */
export function work<Input>(url: string, doIt: (input: Input, say: (text: string) => void) => unknown): void {
  const job = workerData as { work?: string; input: Input } | null;
  if (isMainThread || job?.work !== url) return;
  const post = (message: Message) => parentPort?.postMessage(message);
  void (async () => post({ output: await doIt(job.input, (said) => post({ said })) }))();
}
