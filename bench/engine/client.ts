import { randomUUID } from "node:crypto";
import { configure, sessions } from "@trigger.dev/sdk";
import { secretKey } from "./engine.ts";

/** What the bench does to an engine: the real SDK writes, and a plain SSE reader (as the browser's) reads. */
export function connectTo(url: string): void {
  configure({ secretKey, baseURL: url });
}

/** Opens a session as the app does, and returns its external id. Its run stays in the queue: nobody executes it. */
export async function openSession(): Promise<string> {
  const id = randomUUID();
  await sessions.start({
    type: "chat.agent",
    externalId: id,
    taskIdentifier: "bench",
    tags: ["user:bench"],
    triggerConfig: { basePayload: { chatId: id, trigger: "preload" } },
  });
  return id;
}

/** One record of a stream, with the time it was handed to the writer. */
export interface Stamp {
  n: number;
  at: number;
}

/** Writes `count` records at `perSecond` to a session's output, as a run does: batches over one HTTP/2 stream. */
export async function write(session: string, count: number, perSecond: number): Promise<void> {
  const startedAt = performance.now();
  let n = 0;
  const source = new ReadableStream<Stamp>({
    async pull(controller) {
      const due = startedAt + (n * 1000) / perSecond - performance.now();
      if (due > 0) await new Promise((resolve) => setTimeout(resolve, due));
      controller.enqueue({ n: n++, at: performance.now() });
      if (n === count) controller.close();
    },
  });
  await sessions.open(session).out.pipe(source).waitUntilComplete();
}

/** Reads `count` records of a session's output; milliseconds each one took. Fails when one is missing or out of order. */
export async function delays(url: string, session: string, count: number, ready: () => void): Promise<number[]> {
  const response = await fetch(`${url}/realtime/v1/sessions/${session}/out`, {
    headers: { authorization: `Bearer ${secretKey}`, "timeout-seconds": "600" },
  });
  if (!response.ok || !response.body) throw new Error(`the stream answered ${response.status}`);
  ready();
  const taken: number[] = [];
  let rest = "";
  for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
    const now = performance.now();
    const events = (rest + chunk).split("\n\n");
    rest = events.pop() ?? "";
    for (const { n, at } of events.flatMap(stamps)) {
      if (n !== taken.length) throw new Error(`record ${n} came where ${taken.length} was due`);
      taken.push(now - at);
    }
    if (taken.length === count) return taken;
  }
  throw new Error(`the stream ended after ${taken.length} of ${count} records`);
}

function stamps(event: string): Stamp[] {
  if (!event.startsWith("event: batch")) return [];
  const data = /^data: (.*)$/m.exec(event)?.[1] ?? "{}";
  const { records = [] } = JSON.parse(data) as { records?: { body: string }[] };
  return records.map(({ body }) => (JSON.parse(body) as { data: Stamp }).data);
}
