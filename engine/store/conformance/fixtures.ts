import type { NewRun, Run } from "../runs.ts";
import type { NewSession, Session } from "../sessions.ts";
import type { Store } from "../store.ts";
import type { LogLine, Span } from "../telemetry.ts";

/** The store under test, once `beforeAll` has made it. */
export type Given = { readonly store: Store };

export const now = new Date("2026-11-22T12:00:00Z");
export const after = (ms: number) => new Date(now.getTime() + ms);
export const unique = (what: string) => `${what}-${crypto.randomUUID()}`;

export const newSession = (more: Partial<NewSession> = {}): NewSession => ({
  externalId: unique("chat"),
  type: "chat.agent",
  task: "chat",
  triggerConfig: { basePayload: { chatId: "c" }, tags: ["run-tag"] },
  tags: [],
  metadata: null,
  expiresAt: null,
  ...more,
});

export async function addSession({ store }: Given, more: Partial<NewSession> = {}): Promise<Session> {
  return (await store.transaction((tx) => tx.sessions.insertOrLock(newSession(more)))).session;
}

export const newRun = (more: Partial<NewRun> = {}): NewRun => ({
  sessionId: null,
  task: "chat",
  payload: { chatId: "c" },
  tags: [],
  availableAt: now,
  ...more,
});

export const addRun = ({ store }: Given, more: Partial<NewRun> = {}): Promise<Run> =>
  store.transaction((tx) => tx.runs.insert(newRun(more)));

/** What a run tells of itself, as the SDK exports it. */
export const newSpan = (runId: string, more: Partial<Span> = {}): Span => ({
  ...{ runId, spanId: "s", traceId: "t", parentId: null, name: "turn", startedAt: new Date(1_000), duration: 5 },
  ...{ isPartial: false, isError: false, attributes: { a: 1 }, events: [] },
  ...more,
});

export const newLogLine = (runId: string): LogLine => ({
  ...{ runId, spanId: "s", at: new Date(3), level: "WARN", body: "x", attributes: {} },
});

/** Takes whatever is queued, so that a test meets only its own runs. */
export async function emptyQueue({ store }: Given): Promise<void> {
  while (await store.runs.takeQueued("worker_before", after(1e9)));
}

/**
 * Two transactions that both begin with `lock`: the second starts while the first holds it. Resolves with what the
 * second finds there after the first has written: it must have waited.
 */
export async function afterTheLock<Locked>(
  { store }: Given,
  lock: (tx: Parameters<Parameters<Store["transaction"]>[0]>[0]) => Promise<Locked>,
  write: (tx: Parameters<Parameters<Store["transaction"]>[0]>[0], locked: Locked) => Promise<unknown>,
): Promise<Locked> {
  const second = await store.transaction(async (first) => {
    const locked = await lock(first);
    const waiting = store.transaction(lock);
    // Time enough for the second to read, if nothing kept it.
    for (let round = 0; round < 5; round += 1) await store.transaction((other) => other.workers.newest());
    await write(first, locked);
    return { waiting };
  });
  return second.waiting;
}
