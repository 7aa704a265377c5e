import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { toState } from "../store/runs.ts";
import { createTestEngine, message, newSession, type TestEngine } from "../testing/engine.ts";
import { inheritRuns, RollCall, type Inherited } from "./roll-call.ts";
import { changeRun } from "./end-run.ts";
import { loseSilentRuns } from "./lose-runs.ts";
import { startAttempt } from "../core/run.ts";

let engine: TestEngine;
let inherited: Inherited;
let calls: RollCall[];
beforeEach(async () => {
  engine = await createTestEngine();
  inherited = new Set();
  calls = [];
});
afterEach(async () => {
  for (const call of calls) call.cancel();
  await engine.stop();
});

const LEASE_MS = 30_000;

/** A session whose first message waits for an answer, and its run, given to a worker. */
async function given(name: string): Promise<string> {
  await engine.call("POST", "/api/v1/sessions", newSession(name));
  await engine.call("POST", `/realtime/v1/sessions/${name}/in/append`, message("hello"));
  return (await engine.store.runs.takeQueued("worker", engine.now()))?.id ?? "";
}

const start = (id: string) =>
  changeRun(engine, id, (run) => startAttempt(toState(run), engine.now(), LEASE_MS)).then(() => id);

const started = async (name: string) => start(await given(name));
const status = async (id: string) => (await engine.store.runs.byId(id))?.execution_status;
const connect = () => {
  const call = new RollCall(engine, inherited, LEASE_MS);
  calls.push(call);
  return call;
};
const over = (call: RollCall, check: () => Promise<void>) =>
  vi.waitFor(
    async () => {
      expect(call.isOver).toBe(true);
      await check();
    },
    { timeout: 5000 },
  );

describe("a roll call", () => {
  it("leaves the runs that the worker names, loses the others, and continues their sessions", async () => {
    const [mine, nobodys] = [await started("a"), await started("b")];
    const call = connect();
    call.name([mine]);
    await over(call, async () => expect(await status(nobodys)).toBe("FINISHED"));
    expect(await status(mine)).toBe("EXECUTING");
    expect((await engine.store.runs.takeQueued("worker", engine.now()))?.payload).toContain(nobodys);
  });

  it("listens to the end: a name may come late", async () => {
    const [first, second, nobodys] = [await started("a"), await started("b"), await started("c")];
    const call = connect();
    call.name([first]);
    call.name([first, second]);
    await over(call, async () => expect(await status(nobodys)).toBe("FINISHED"));
    expect([await status(first), await status(second)]).toEqual(["EXECUTING", "EXECUTING"]);
  });

  it("takes silence for having none", async () => {
    const run = await started("a");
    await over(connect(), async () => expect(await status(run)).toBe("FINISHED"));
  });

  it("spares a run to which something happens meanwhile", async () => {
    const [inheritedRun, nobodys] = [await given("a"), await started("b")];
    inherited = await inheritRuns(engine, LEASE_MS);
    const call = connect();
    await call.looked;
    await start(inheritedRun);
    await over(call, async () => expect(await status(nobodys)).toBe("FINISHED"));
    expect(await status(inheritedRun)).toBe("EXECUTING");
  });

  it("puts a run back into the queue that was given out by the engine before and has not arrived", async () => {
    const run = await given("a");
    inherited = await inheritRuns(engine, LEASE_MS);
    await over(connect(), async () => expect(await status(run)).toBe("QUEUED"));
  });

  it("leaves alone a run that was given out just now", async () => {
    const [onItsWay, nobodys] = [await given("a"), await started("b")];
    await over(connect(), async () => expect(await status(nobodys)).toBe("FINISHED"));
    expect(await status(onItsWay)).toBe("PENDING_EXECUTING");
  });

  it("says nothing when the worker leaves before it has spoken", async () => {
    const [run, other] = [await started("a"), await started("b")];
    const left = connect();
    left.cancel();
    const call = connect();
    call.name([run]);
    await over(call, async () => expect(await status(other)).toBe("FINISHED"));
    left.name([other]);
    expect(await status(run)).toBe("EXECUTING");
  });
});

it("an engine that starts again gives the runs it finds time to be named", async () => {
  const run = await started("a");
  engine.advance(LEASE_MS * 2);
  await inheritRuns(engine, LEASE_MS);
  expect(await loseSilentRuns(engine)).toBe(0);
  engine.advance(LEASE_MS);
  expect(await loseSilentRuns(engine)).toBe(1);
  expect(await status(run)).toBe("FINISHED");
});
