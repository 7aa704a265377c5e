import type { Reply, Request } from "./protocol.ts";

/** Of the page: made with its first fence, and anew when one of them hung it. */
let worker: Worker | undefined;
const listeners = new Map<number, (reply: Reply) => void>();
let count = 0;

export interface Fence {
  ask(lang: string, text: string): void;
  close(): void;
}

/** Makes a fence known to the worker that colours them. */
export function openFence(listener: (reply: Reply) => void): Fence {
  const fence = count++;
  listeners.set(fence, listener);
  return {
    ask: (lang, text) => post({ fence, lang, text }),
    close() {
      listeners.delete(fence);
      if (worker) post({ fence, gone: true });
    },
  };
}

/** Ends a worker that does not answer. What it was asked stays without an answer; the next question makes a new one. */
export function giveUp(): void {
  worker?.terminate();
  worker = undefined;
}

function post(request: Request): void {
  if (!worker) {
    worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
    worker.onmessage = ({ data }: MessageEvent<Reply>) => listeners.get(data.fence)?.(data);
  }
  worker.postMessage(request);
}
