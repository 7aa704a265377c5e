import { afterAll, beforeAll, expect, it } from "vitest";
import { INPUT_MARGIN } from "../core/retention.ts";
import * as core from "../core/run.ts";
import { toState } from "../store/runs.ts";
import { newId } from "../ids.ts";
import { newLogLine, newSpan } from "../store/conformance/fixtures.ts";
import { STORED } from "../store/packets.ts";
import { SPARE_TYPE } from "../store/sessions.ts";
import { channelName, streamName } from "../store/streams.ts";
import { createTestEngine, message, turnComplete, type TestEngine } from "../testing/engine.ts";
import { DELETED } from "../core/retention.ts";
import { addToBatch } from "./batch.ts";
import { closeSession } from "./close-session.ts";
import { changeRun } from "./end-run.ts";
import { forget, forgetDeleted, forgetSpares } from "./forget.ts";
import { appendInput } from "./input.ts";
import { appendOutput, trimOutput } from "./output.ts";
import { startSession } from "./sessions.ts";
import { blockOnWaitpoint, createWaitpoint } from "./wait.ts";

const STEP_DAYS = 10;
const STEPS = Math.ceil(365 / STEP_DAYS);

let engine: TestEngine;
beforeAll(async () => void (engine = await createTestEngine()));
afterAll(() => engine.stop());

const start = (externalId: string, more: { type?: string; expiresAt?: Date } = {}) =>
  startSession(engine, {
    ...{ externalId, type: "chat.agent", task: "chat", tags: [], metadata: null, expiresAt: null },
    triggerConfig: { basePayload: { chatId: externalId } },
    ...more,
  });

async function execute(runId: string): Promise<void> {
  await changeRun(engine, runId, (run) => core.dequeue(toState(run), engine.now()));
  await changeRun(engine, runId, (run) => core.startAttempt(toState(run), engine.now(), 30_000));
}

/** A question, the run that answers it and waits for another, and the end of that run. */
async function converse(chat: string): Promise<void> {
  const seq = await appendInput(engine, chat, message("question"));
  const runId = (await engine.store.sessions.find(chat))?.current_run_id ?? "";
  await execute(runId);
  const out = streamName(chat, "out");
  await appendOutput(engine, out, [{ body: "an answer" }], runId);
  const end = await appendOutput(engine, out, [{ body: "", headers: turnComplete(seq) }], runId);
  await trimOutput(engine, out, end.startSeq);
  const { waitpointId } = await createWaitpoint(engine, { runId, session: chat, io: "in", lastSeqNum: seq });
  await blockOnWaitpoint(engine, runId, waitpointId);
  await appendInput(engine, chat, JSON.stringify({ kind: "stop" }));
  await changeRun(engine, runId, (run) => core.complete(toState(run), 1, { ok: true }, engine.now()));
}

/** A run that never ends is woken again and again. */
async function wake(chat: string): Promise<void> {
  const { runId } = await start(chat);
  await execute(runId);
  for (const text of ["one", "two"]) {
    const { waitpointId } = await createWaitpoint(engine, { runId, session: chat, io: "in", timeout: "900d" });
    await blockOnWaitpoint(engine, runId, waitpointId);
    const seq = await appendInput(engine, chat, message(text));
    const end = await appendOutput(engine, streamName(chat, "out"), [{ body: "", headers: turnComplete(seq) }], runId);
    await trimOutput(engine, streamName(chat, "out"), end.startSeq);
  }
}

/** A batch of one run with a large payload, which ends at once. */
async function runBatch(): Promise<void> {
  const { batch } = await engine.store.transaction((tx) =>
    tx.batches.insertOrFind({ run_count: 1, parent_id: null, resumes_parent: false, idempotency_key: null }),
  );
  const payload = newId("packet");
  await engine.store.packets.write(payload, { type: "application/json", body: Buffer.from("{}") });
  const task = { task: "t", payload, payloadType: STORED };
  await addToBatch(engine, batch, { ...task, batch: { id: batch.id, index: 0 } });
  const [runId = ""] = (await engine.store.batches.byId(batch.id))?.run_ids ?? [];
  await changeRun(engine, runId, (run) => core.cancel(toState(run), engine.now()));
}

async function useIt(step: number): Promise<void> {
  await wake("awake");
  for (const chat of ["forever", "awake"])
    await engine.store.streams.append(streamName(chat, "in"), Array(20).fill({ body: "{}" }));
  await engine.store.workers.register(`build-${step}`, [{ id: "t", filePath: "t.ts" }], engine.now());
  await runBatch();
  for (const chat of ["forever", `closed-${step}`, `expiring-${step}`]) {
    const { session } = await start(chat, chat.startsWith("expiring") ? { expiresAt: engine.now() } : {});
    await engine.store.snapshots.write(session.id, Buffer.from("transcript"));
    await converse(chat);
    await converse(chat);
    const runId = (await engine.store.sessions.find(chat))?.current_run_id ?? "";
    await engine.store.streams.append(channelName(chat, "files", "out"), [{ body: "{}" }]);
    await engine.store.telemetry.keep({ spans: [newSpan(runId)], lines: [newLogLine(runId)] });
    if (chat.startsWith("closed")) await engine.store.sessions.update(session.id, { closed_at: engine.now() });
  }
  const { runId } = await start(`spare-${step}`, { type: SPARE_TYPE });
  await changeRun(engine, runId, (run) => core.cancel(toState(run), engine.now()));
}

/** Time passes: everything that the engine has put a time on is so much older. */
async function grow(days: number): Promise<void> {
  const tables = await engine.query<{ name: string; times: string }>(
    `select table_name as name, string_agg(format('%1$I = %1$I - $$${days} days$$::interval', column_name), ', ') as times
     from information_schema.columns where table_schema = 'engine' and data_type like 'timestamp%' group by 1`,
  );
  await engine.query(tables.map(({ name, times }) => `update engine.${name} set ${times}`).join(";"));
}

/** Rows of every table of the engine, whatever tables there are. */
async function sizes(): Promise<Record<string, number>> {
  const tables = await engine.query<{ name: string }>(
    "select table_name as name from information_schema.tables where table_schema = 'engine'",
  );
  const counts = tables.map(({ name }) => `select '${name}' as name, count(*)::int from engine.${name}`);
  const rows = await engine.query<{ name: string; count: number }>(counts.join(" union all "));
  return Object.fromEntries(rows.map(({ name, count }) => [name, count]));
}

it(
  "keeps every table within bounds through a year of use, and what is still of use in it",
  { timeout: 60_000 },
  async () => {
    const history: Record<string, number>[] = [];
    for (let step = 0; step < STEPS; step += 1) {
      await useIt(step);
      history.push(await sizes());
      await grow(STEP_DAYS);
      await engine.store.streams.deleteTrimmed(engine.now());
      await forgetSpares(engine);
      await forget(engine);
    }

    const most = (table: string, from: number, to: number) =>
      Math.max(...history.slice(from, to).map((rows) => rows[table] ?? 0));
    for (const table of Object.keys(history[0] ?? {})) {
      // A table that this year of use does not fill would stay within any bounds.
      expect([table, most(table, 0, STEPS)], "needs rows").not.toEqual([table, 0]);
      const [firstHalf, secondHalf] = [most(table, 0, STEPS / 2), most(table, STEPS / 2, STEPS)];
      expect([table, secondHalf], "must not grow").toEqual([table, Math.min(secondHalf, firstHalf)]);
    }

    const forever = await engine.store.sessions.find("forever");
    expect(await engine.store.runs.byId(forever?.current_run_id ?? "")).toBeDefined();
    expect(await engine.store.snapshots.read(forever?.id ?? "")).toEqual(Buffer.from("transcript"));
    const input = streamName("forever", "in");
    const answered = forever?.answered_in_seq ?? 0;
    expect(await engine.store.streams.nextSeq(input)).toBe(24 * STEPS);
    const kept = (await engine.store.streams.read(input, 0)).map(({ seq }) => seq);
    const oldest = answered - INPUT_MARGIN;
    expect(kept).toEqual(Array.from({ length: 24 * STEPS - oldest }, (_, n) => oldest + n));
    expect(await appendInput(engine, "forever", message("next"))).toBe(24 * STEPS);
  },
);

/** Rows of any table of the engine, as text, that have this word in them. */
async function rowsWith(word: string): Promise<string[]> {
  const tables = Object.keys(await sizes());
  const rows = tables.map((name) => `select '${name}' as name from engine.${name} t where t::text like '%${word}%'`);
  return (await engine.query<{ name: string }>(rows.join(" union all "))).map(({ name }) => name);
}

it("keeps nothing of a session that was closed as deleted, once its run is over", async () => {
  await start("doomed");
  await start("neighbour");
  await converse("doomed");
  await converse("neighbour");
  const { runId } = await start("doomed");
  await execute(runId);
  await engine.store.telemetry.keep({ spans: [newSpan(runId)], lines: [newLogLine(runId)] });
  await closeSession(engine, "doomed", {});
  await forgetDeleted(engine);
  expect(await engine.store.sessions.find("doomed"), "is only closed").toBeDefined();

  await closeSession(engine, "doomed", { reason: DELETED });
  await closeSession(engine, "neighbour", { reason: "enough" });
  await forgetDeleted(engine);
  expect(await engine.store.sessions.find("doomed"), "has a live run").toMatchObject({ closed_reason: DELETED });

  await changeRun(engine, runId, (run) => core.complete(toState(run), 1, { ok: true }, engine.now()));
  expect(new Set(await rowsWith("doomed"))).toEqual(new Set(["session", "stream", "record", "run", "waitpoint"]));
  const neighbours = await rowsWith("neighbour");
  await forgetDeleted(engine);
  expect(await rowsWith("doomed")).toEqual([]);
  expect(await rowsWith(runId)).toEqual([]);
  expect(await rowsWith("neighbour")).toEqual(neighbours);

  const late = appendOutput(engine, streamName("doomed", "out"), [{ body: "late" }]);
  await expect(late).rejects.toMatchObject({ status: 412 });
  await expect(appendInput(engine, "doomed", message("late"))).rejects.toMatchObject({ status: 404 });
  expect((await engine.call("GET", "/api/v1/sessions/doomed")).status).toBe(404);
  expect(await rowsWith("doomed")).toEqual([]);
});
