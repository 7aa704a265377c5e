import { afterAll, beforeAll, expect, it } from "vitest";
import { createTestDatabase, type TestDatabase } from "../../../tests/support/postgres.ts";
import { createLog } from "../../log.ts";
import type { Store } from "../store.ts";
import { createPostgresStore } from "./index.ts";

const SESSIONS = 5_000;
const RECORDS = 20;

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
  await use((store) => store.migrate());
  await database.query(crowd);
}, 60_000);
afterAll(() => database.drop());

/** Idle sessions, each with a run that ended and what a conversation leaves behind. */
const crowd = `
  insert into engine.session (id, external_id, stream_key, type, task, trigger_config, tags, current_run_id, answered_in_seq)
    select 'session_' || n, 'chat-' || n, 'chat-' || n, 'chat.agent', 'chat', '{"basePayload":{}}',
      array['app', 'user:' || n % 100], 'run_' || n, ${RECORDS - 1}
    from generate_series(1, ${SESSIONS}) n;
  insert into engine.run (id, session_id, task, payload, execution_status, status, snapshot_id, worker_id, traceparent, finished_at)
    select 'run_' || n, 'session_' || n, 'chat', '{}', 'FINISHED', 'COMPLETED_SUCCESSFULLY', 'snapshot_' || n, 'worker_1',
      '00-' || lpad(n::text, 32, '0') || '-0000000000000000-01', now()
    from generate_series(1, ${SESSIONS}) n;
  insert into engine.snapshot (id, run_id, attempt, execution_status)
    select 'snapshot_' || n, 'run_' || n, 1, 'FINISHED' from generate_series(1, ${SESSIONS}) n;
  insert into engine.waitpoint (id, run_id, stream, completed_at)
    select 'waitpoint_' || n, 'run_' || n, 'sessions/chat-' || n || '/in', now() from generate_series(1, ${SESSIONS}) n;
  insert into engine.stream (key, next_seq)
    select 'sessions/chat-' || n || '/' || io, ${RECORDS}
    from generate_series(1, ${SESSIONS}) n, unnest(array['in', 'out']) io;
  insert into engine.record (stream, seq, record_id, body, wants_answer, at)
    select s.key, q, s.key || q, '{"data":"some text"}', s.key like '%/in', now()
    from engine.stream s, generate_series(0, ${RECORDS - 1}) q;
  analyze;
`;

/** Closed afterwards, because a connection reports what it has scanned when it ends. */
async function use<T>(work: (store: Store) => Promise<T>): Promise<T> {
  const store = createPostgresStore(database.url, createLog("silent"));
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

/** Tables read from end to end by `work`, with how often. */
async function scansOf(work: (store: Store) => Promise<unknown>): Promise<Record<string, number>> {
  const scans = async () => {
    const rows = await database.query<{ relname: string; seq_scan: string }>(
      "select relname, seq_scan from pg_stat_user_tables where schemaname = 'engine' and n_live_tup >= 1000",
    );
    expect(rows.length).toBeGreaterThanOrEqual(6);
    return new Map(rows.map((row) => [row.relname, Number(row.seq_scan)]));
  };
  const before = await scans();
  await use(work);
  // The backend of a closed connection ends a moment later, and reports then.
  while (await connected()) await new Promise((resolve) => setImmediate(resolve));
  const after = await scans();
  const grown = [...after].map(([table, count]) => [table, count - (before.get(table) ?? 0)] as const);
  return Object.fromEntries(grown.filter(([, count]) => count > 0));
}

const connected = async () =>
  (
    await database.query(
      "select from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'",
    )
  ).length > 0;

const now = new Date();
const chat = `chat-${SESSIONS / 2}`;
const output = `sessions/${chat}/out`;
const input = `sessions/${chat}/in`;

it.each<[string, (store: Store) => Promise<unknown>]>([
  ["an append of a run", (store) => store.streams.appendAs(`run_${SESSIONS / 2}`, output, [{ body: "x", id: "x" }])],
  ["an append of anybody", (store) => store.streams.append(output, [{ body: "y", id: "y" }])],
  ["a list of the newest", (store) => store.sessions.list({ limit: 20 }, now)],
  ["a list by a tag that all have", (store) => store.sessions.list({ limit: 20, tags: ["app"] }, now)],
  ["a list by a tag that few have", (store) => store.sessions.list({ limit: 20, tags: ["user:7"] }, now)],
  ["a later page", (store) => store.sessions.list({ limit: 20, tags: ["app"], after: "session_50" }, now)],
  [
    "a list of one type and status",
    (store) => store.sessions.list({ limit: 20, types: ["chat.agent"], statuses: ["ACTIVE"] }, now),
  ],
  [
    "finding a session by its names",
    (store) => Promise.all([store.sessions.find(chat), store.sessions.find("session_7")]),
  ],
  ["finding a run by its trace", (store) => store.runs.byTrace("session_7", "7".padStart(32, "0"))],
  [
    "the look at a stream",
    (store) =>
      Promise.all([
        store.streams.read(output, 3),
        store.streams.nextSeq(output),
        store.streams.lastRecord(output),
        store.streams.oldestUnanswered(input, 4),
      ]),
  ],
  [
    "input, with all that happens in its transaction",
    (store) =>
      store.transaction(async (tx) => {
        const session = await tx.sessions.findAndLock(chat);
        await tx.streams.append(input, [{ body: "x", id: "x" }], true);
        await tx.waitpoints.completeOnStream(input, { output: "{}", outputIsError: false }, now);
        await tx.runs.lock(session?.current_run_id ?? "");
        await tx.streams.lock(output);
        await tx.sessions.update(session?.id ?? "", { retry_count: 0 });
      }),
  ],
  ["the end of a turn", (store) => store.transaction((tx) => tx.sessions.markAnswered(chat, 3))],
  ["the search for overdue waits", (store) => store.waitpoints.overdue(now)],
  ["the search for idle chats", (store) => store.waitpoints.ofIdleChats(5)],
  ["the search for silent runs", (store) => store.runs.withExpiredLease(now)],
  ["the search for live runs", (store) => store.runs.liveIds()],
  ["the count of runs", (store) => store.runs.counts(now)],
  ["the search for a spare", (store) => store.runs.isSparePending()],
  ["the search for a queued run", (store) => store.runs.takeQueued("worker_1", now)],
  ["the search for trimmed records", (store) => store.streams.deleteTrimmed(now)],
  [
    "an append of somebody with a token",
    (store) => store.streams.appendAs(undefined, output, [{ body: "z", id: "z" }]),
  ],
  ["the search for deleted sessions", (store) => store.sessions.removeClosedAs("deleted", 100)],
  ["the search for spare sessions", (store) => store.sessions.removeSpares(now)],
])("%s reads no big table from end to end", async (_name, work) => {
  expect(await scansOf(work)).toEqual({});
});

it("a scan is noticed", async () => {
  expect(await scansOf((store) => store.sessions.list({ limit: 20, createdTo: new Date(0) }, now))).not.toEqual({});
});
