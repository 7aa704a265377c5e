import { randomUUID } from "node:crypto";
import { sessions } from "@trigger.dev/sdk";
import pg from "pg";
import { summarize, type Summary } from "../statistics.ts";
import { openSession } from "./client.ts";
import { secretKey, type BenchEngine } from "./engine.ts";

export interface Requests {
  append: Summary;
  list: Summary;
}

/** How long an append to a live session and a page of the list take, one after the other. */
export async function measureRequests(engine: BenchEngine, n: number): Promise<Requests> {
  const id = await openSession();
  const append = await timed(n, () => send(engine, id));
  const list = await timed(n, async () => void (await sessions.list({ tag: "user:bench", limit: 20 })));
  return { append: summarize(append), list: summarize(list) };
}

async function send(engine: BenchEngine, session: string): Promise<void> {
  const message = { id: randomUUID(), role: "user", parts: [{ type: "text", text: "Hello" }] };
  const response = await fetch(`${engine.url}/realtime/v1/sessions/${session}/in/append`, {
    method: "POST",
    headers: { authorization: `Bearer ${secretKey}`, "x-part-id": message.id },
    body: JSON.stringify({ kind: "message", payload: { trigger: "submit-message", message } }),
  });
  if (!response.ok) throw new Error(`the append answered ${response.status}`);
  await response.body?.cancel();
}

async function timed(n: number, work: () => Promise<void>): Promise<number[]> {
  const taken: number[] = [];
  // The first ones pay for connections, plans and compilation.
  for (let i = -20; i < n; i++) {
    const startedAt = performance.now();
    await work();
    if (i >= 0) taken.push(performance.now() - startedAt);
  }
  return taken;
}

/**
 * Puts idle sessions into an engine's database, each with an ended run and a full log: what months of chatting leave.
 * By SQL, because a million appends over HTTP would take an hour.
 */
export async function seedCrowd(databaseUrl: string, { idle, records }: { idle: number; records: number }) {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await client.query(
      `insert into engine.session (id, external_id, stream_key, type, task, trigger_config, tags, current_run_id, retry_count)
       select 'session_idle' || n, 'idle-' || n, 'idle-' || n, 'chat.agent', 'bench', '{"basePayload":{}}',
         array['user:' || case n % 50 when 0 then 'bench' else 'u' || n % 50 end], 'run_idle' || n, 0
       from generate_series(1, $1::int) n`,
      [idle],
    );
    await client.query(
      `insert into engine.run (id, session_id, task, payload, execution_status, status, attempt, snapshot_id, traceparent, finished_at)
       select 'run_idle' || n, 'session_idle' || n, 'bench', '{}', 'FINISHED', 'COMPLETED_SUCCESSFULLY', 1,
         'snapshot_idle' || n, '00-0-0-01', now()
       from generate_series(1, $1::int) n`,
      [idle],
    );
    await client.query(
      `insert into engine.stream (key, next_seq)
       select 'sessions/idle-' || n || '/out', $2::int from generate_series(1, $1::int) n`,
      [idle, Math.ceil(records / idle)],
    );
    await client.query(
      `insert into engine.record (stream, seq, record_id, body, wants_answer, at)
       select 'sessions/idle-' || n || '/out', seq, n || '-' || seq,
         '{"data":{"type":"text-delta","id":"t","delta":"word "},"id":"' || n || '-' || seq || '"}', false, now()
       from generate_series(1, $1::int) n, generate_series(0, $2::int - 1) seq`,
      [idle, Math.ceil(records / idle)],
    );
    await client.query("vacuum analyze");
  } finally {
    await client.end();
  }
}
