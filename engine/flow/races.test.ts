import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import * as core from "../core/run.ts";
import { isOver, toState, type Run } from "../store/runs.ts";
import { streamName } from "../store/streams.ts";
import { createTestEngine, message, newSession, turnComplete, type TestEngine } from "../testing/engine.ts";
import { changeRun } from "./end-run.ts";
import { appendInput } from "./input.ts";
import { loseSilentRuns } from "./lose-runs.ts";
import { appendOutput } from "./output.ts";
import { startSession } from "./sessions.ts";
import { blockOnWaitpoint, createWaitpoint, timeOutWaitpoints } from "./wait.ts";

let engine: TestEngine;
beforeAll(async () => void (engine = await createTestEngine()));
afterAll(() => engine.stop());

let chat: string;
let runId: string;

beforeEach(async () => {
  chat = crypto.randomUUID();
  ({ runId } = await begin());
  await execute(runId);
});

const begin = () => startSession(engine, { ...anySession(), externalId: chat });

function anySession() {
  const { type, taskIdentifier: task, triggerConfig } = newSession(chat);
  return { type, task, triggerConfig, tags: [], metadata: null, expiresAt: null };
}

/** What the worker does with a queued run. */
async function execute(id: string) {
  await changeRun(engine, id, (run) => core.dequeue(toState(run), engine.now()));
  await changeRun(engine, id, (run) => core.startAttempt(toState(run), engine.now(), 30_000));
}

const finish = (id: string, attempt = 1) =>
  changeRun(engine, id, (run) => core.complete(toState(run), attempt, { ok: true }, engine.now()));

const answer = (seq: number) =>
  appendOutput(engine, streamName(chat, "out"), [{ body: "", headers: turnComplete(seq) }]);

async function currentRun() {
  const session = await engine.store.sessions.find(chat);
  const run = await engine.store.runs.byId(session?.current_run_id ?? "");
  if (!run) throw new Error("no current run");
  return run;
}

describe("a message and the end of a run", () => {
  it("that comes while the run is on its way out starts the next run, which continues it", async () => {
    const seq = await appendInput(engine, chat, message("late"));
    expect((await currentRun()).id).toBe(runId);
    await finish(runId);
    const next = await currentRun();
    expect(next.id).not.toBe(runId);
    expect(next.execution_status).toBe("QUEUED");
    expect(JSON.parse(next.payload)).toMatchObject({ continuation: true, previousRunId: runId });
    expect(seq).toBe(0);
  });

  it("that was answered before starts nothing", async () => {
    const seq = await appendInput(engine, chat, message("answered"));
    await answer(seq);
    await finish(runId);
    expect((await currentRun()).id).toBe(runId);
  });

  it("that comes after it starts a run itself", async () => {
    await finish(runId);
    await appendInput(engine, chat, message("later"));
    expect((await currentRun()).id).not.toBe(runId);
  });

  it("racing each other end with exactly one live run, whichever comes first", async () => {
    await Promise.all([
      appendInput(engine, chat, message("a")),
      finish(runId),
      appendInput(engine, chat, message("b")),
    ]);
    const all = await engine.query<Run>("select * from engine.run where payload like $1", [`%${chat}%`]);
    expect(all.filter((run) => !isOver(run))).toHaveLength(1);
    expect((await currentRun()).execution_status).toBe("QUEUED");
  });

  it("needs no answer when it only asked to stop", async () => {
    await appendInput(engine, chat, JSON.stringify({ kind: "stop" }));
    await finish(runId);
    expect((await currentRun()).id).toBe(runId);
  });

  it("ends a run again and again: the waits grow, and one day nobody tries any more", async () => {
    await appendInput(engine, chat, message("poison"));
    const ids = [runId];
    for (let id = runId; ; ids.push(id)) {
      await finish(id);
      const next = (await currentRun()).id;
      if (next === id) break;
      id = next;
      await execute(id);
    }
    expect(ids).toHaveLength(11);
    const after = await appendInput(engine, chat, message("and another"));
    expect(after).toBe(1);
    expect(ids).not.toContain((await currentRun()).id);
  });
});

describe("the same request twice", () => {
  it("appends a record once, and says where it is", async () => {
    const positions = await Promise.all([1, 2, 3].map(() => appendInput(engine, chat, message("x"), "part-1")));
    expect(positions).toEqual([0, 0, 0]);
    expect(await appendInput(engine, chat, message("y"), "part-2")).toBe(1);
  });

  it("creates one session with one run", async () => {
    chat = crypto.randomUUID();
    const started = await Promise.all([begin(), begin(), begin()]);
    expect(new Set(started.map((one) => one.runId)).size).toBe(1);
    expect(started.filter((one) => !one.isCached)).toHaveLength(1);
  });

  it("gives each queued run to one of two workers", async () => {
    await Promise.all([1, 2, 3].map(() => startSession(engine, { ...anySession(), externalId: crypto.randomUUID() })));
    const takeAll = async (worker: string) => {
      const taken: string[] = [];
      for (;;) {
        const run = await engine.store.runs.takeQueued(worker, engine.now());
        if (!run) return taken;
        taken.push(run.id);
      }
    };
    const taken = (await Promise.all([takeAll("worker_1"), takeAll("worker_2")])).flat();
    expect(taken.length).toBeGreaterThanOrEqual(3);
    expect(new Set(taken).size).toBe(taken.length);
  });
});

describe("a run whose worker fell silent", () => {
  it("is over after its lease, continued, and cannot end a second time", async () => {
    await appendInput(engine, chat, message("waiting"));
    engine.advance(31_000);
    await loseSilentRuns(engine);
    expect((await engine.store.runs.byId(runId))?.status).toBe("SYSTEM_FAILURE");
    const next = await currentRun();
    expect(next.id).not.toBe(runId);
    expect(await finish(runId)).toBeUndefined();
    expect((await currentRun()).id).toBe(next.id);
  });

  it("goes back to the queue when it had not started", async () => {
    await finish(runId);
    await appendInput(engine, chat, message("next"));
    const { id } = await currentRun();
    await changeRun(engine, id, (run) => core.dequeue(toState(run), engine.now()));
    engine.advance(11_000);
    await loseSilentRuns(engine);
    expect(await currentRun()).toMatchObject({ id, execution_status: "QUEUED", attempt: 0 });
  });

  it("is not ended by a clock that jumps back", async () => {
    engine.advance(-3_600_000);
    expect(await loseSilentRuns(engine)).toBe(0);
    engine.advance(3_600_000);
  });
});

describe("a run that waits for input", () => {
  const wait = (lastSeqNum?: number, timeout?: string) =>
    createWaitpoint(engine, { runId, session: chat, io: "in", lastSeqNum, timeout });
  const told = async () => {
    const snapshot = await engine.store.runs.snapshotById((await engine.store.runs.byId(runId))?.snapshot_id ?? "");
    return snapshot?.waitpoint_ids;
  };

  it("is told by a new snapshot when some comes", async () => {
    const { waitpointId } = await wait();
    await blockOnWaitpoint(engine, runId, waitpointId);
    expect(await told()).toEqual([]);
    await appendInput(engine, chat, message("wake up"));
    expect(await told()).toEqual([waitpointId]);
  });

  it("is told at once when it came between its last look and its wait", async () => {
    await appendInput(engine, chat, message("unseen"));
    const { waitpointId } = await wait();
    await blockOnWaitpoint(engine, runId, waitpointId);
    expect(await told()).toEqual([waitpointId]);
  });

  it("is told when it comes between the making of the waitpoint and the stop at it", async () => {
    const { waitpointId } = await wait();
    await appendInput(engine, chat, message("in between"));
    await blockOnWaitpoint(engine, runId, waitpointId);
    expect(await told()).toEqual([waitpointId]);
  });

  it("is not told of what it has seen already", async () => {
    const seq = await appendInput(engine, chat, message("seen"));
    const { waitpointId } = await wait(seq);
    await blockOnWaitpoint(engine, runId, waitpointId);
    expect(await told()).toEqual([]);
  });

  it("is told when its time is up", async () => {
    const { waitpointId } = await wait(undefined, "60s");
    await blockOnWaitpoint(engine, runId, waitpointId);
    await timeOutWaitpoints(engine);
    expect(await told()).toEqual([]);
    engine.advance(61_000);
    await timeOutWaitpoints(engine);
    expect(await told()).toEqual([waitpointId]);
  });
});
