import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import * as core from "../core/run.ts";
import { toState } from "../store/runs.ts";
import { createTestEngine, message, newSession, type TestEngine } from "../testing/engine.ts";
import { closeSession } from "./close-session.ts";
import { changeRun } from "./end-run.ts";
import { handOver } from "./hand-over.ts";
import { appendInput } from "./input.ts";
import { startSession } from "./sessions.ts";

let engine: TestEngine;
let chat: string;
let runId: string;
beforeAll(async () => void (engine = await createTestEngine()));
afterAll(() => engine.stop());
beforeEach(async () => {
  chat = crypto.randomUUID();
  const { type, taskIdentifier: task, triggerConfig } = newSession(chat);
  const given = { type, task, triggerConfig, tags: [], metadata: null, expiresAt: null, externalId: chat };
  ({ runId } = await startSession(engine, given));
  await changeRun(engine, runId, (run) => core.dequeue(toState(run), engine.now()));
  await changeRun(engine, runId, (run) => core.startAttempt(toState(run), engine.now(), 30_000));
});

const session = async () => {
  const found = await engine.store.sessions.find(chat);
  if (!found) throw new Error("no session");
  return found;
};
const finish = (id: string) =>
  changeRun(engine, id, (run) => core.complete(toState(run), 1, { ok: true }, engine.now()));

describe("a run that hands its session over", () => {
  it("is followed by one that continues it, and by no other when it ends", async () => {
    await appendInput(engine, chat, message("unanswered"));
    const { runId: next, swapped } = await handOver(engine, chat, runId);
    expect(swapped).toBe(true);
    const run = await engine.store.runs.byId(next);
    expect(JSON.parse(run?.payload ?? "")).toMatchObject({ continuation: true, previousRunId: runId });
    await finish(runId);
    expect((await session()).current_run_id).toBe(next);
  });

  it("does so once, also when it asks several times at once", async () => {
    const answers = await Promise.all([1, 2, 3].map(() => handOver(engine, chat, runId)));
    expect(answers.filter(({ swapped }) => swapped)).toHaveLength(1);
    expect(new Set(answers.map((answer) => answer.runId)).size).toBe(1);
    expect((await session()).current_run_id).toBe(answers[0]?.runId);
  });

  it("is refused for a closed session, a strange run and an unknown session", async () => {
    await expect(handOver(engine, chat, "run_nobody")).rejects.toMatchObject({ status: 404 });
    await expect(handOver(engine, "nobody", runId)).rejects.toMatchObject({ status: 404 });
    await closeSession(engine, chat, {});
    await expect(handOver(engine, chat, runId)).rejects.toMatchObject({ status: 409 });
  });
});

describe("closing", () => {
  const input = async () => engine.store.streams.read(`sessions/${chat}/in`, 0);

  it("comes before a message, which is refused, or after it, and then the run still reads it", async () => {
    const texts = Array.from({ length: 12 }, (_, n) => `m${n}`);
    const appends = texts.map((text) => appendInput(engine, chat, message(text)));
    const closing = closeSession(engine, chat, { reason: "enough" });
    const late = texts.map((text) => appendInput(engine, chat, message(`late ${text}`)));
    const results = await Promise.allSettled([...appends, ...late]);
    await closing;
    const accepted = results.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
    for (const result of results)
      if (result.status === "rejected") expect(result.reason).toMatchObject({ fields: { code: "session_closed" } });
    // What was accepted is in the log, and all of it before the record that tells the run to leave.
    const records = await input();
    expect(records.map(({ seq }) => seq)).toEqual([...accepted.toSorted((a, b) => a - b), accepted.length]);
    expect(records.at(-1)?.body).toContain('\\"trigger\\":\\"close\\"');
  });

  it("tells the live run, once", async () => {
    const closed = await Promise.all([1, 2].map(() => closeSession(engine, chat, { reason: "done" })));
    expect(closed.map(({ closed_reason: reason }) => reason)).toEqual(["done", "done"]);
    expect(await input()).toMatchObject([{ body: expect.stringContaining("close") as string }]);
  });

  it("tells nobody when the run that closes is the session's own, or there is none any more", async () => {
    await closeSession(engine, chat, { callingRunId: runId });
    expect(await input()).toEqual([]);
  });

  it("starts no run for a session whose run is over", async () => {
    await finish(runId);
    await closeSession(engine, chat, {});
    expect((await session()).current_run_id).toBe(runId);
    expect(await input()).toEqual([]);
  });
});
