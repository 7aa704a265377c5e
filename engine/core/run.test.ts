import { describe, expect, it } from "vitest";
import * as core from "./run.ts";

const now = new Date("2026-11-22T12:00:00Z");
const later = (ms: number) => new Date(now.getTime() + ms);
const run = (executionStatus: core.ExecutionStatus, attempt = 1): core.RunState => ({
  executionStatus,
  status: "EXECUTING",
  attempt,
});
const every: core.ExecutionStatus[] = ["QUEUED", "PENDING_EXECUTING", "EXECUTING", "PENDING_CANCEL", "FINISHED"];
const except = (...statuses: core.ExecutionStatus[]) => every.filter((status) => !statuses.includes(status));

describe("a run on its way", () => {
  it("is dequeued once, with time to start", () => {
    expect(core.dequeue(run("QUEUED"), now)).toMatchObject({
      executionStatus: "PENDING_EXECUTING",
      leaseUntil: later(10_000),
    });
    for (const status of except("QUEUED")) expect(core.dequeue(run(status), now)).toBeUndefined();
  });

  it("starts its first attempt and notes when", () => {
    expect(core.startAttempt(run("PENDING_EXECUTING", 0), now, 30_000)).toEqual({
      executionStatus: "EXECUTING",
      status: "EXECUTING",
      attempt: 1,
      leaseUntil: later(30_000),
      startedAt: now,
    });
  });

  it("keeps its first start when it is started again", () => {
    expect(core.startAttempt(run("PENDING_EXECUTING", 1), now, 30_000)).not.toHaveProperty("startedAt");
  });

  it("does not start from any other state", () => {
    for (const status of except("PENDING_EXECUTING")) expect(core.startAttempt(run(status), now, 1)).toBeUndefined();
  });

  it("lives as long as it is heard of", () => {
    expect(core.heartbeat(run("EXECUTING"), now, 500)).toEqual({ leaseUntil: later(500) });
    expect(core.heartbeat(run("PENDING_CANCEL"), now, 500)).toEqual({ leaseUntil: later(500) });
    for (const status of except("EXECUTING", "PENDING_CANCEL"))
      expect(core.heartbeat(run(status), now, 1)).toBeUndefined();
  });
});

describe("an attempt that failed", () => {
  const error = { type: "BUILT_IN_ERROR" };

  it("is followed by another on the same worker when that comes soon", () => {
    expect(core.complete(run("EXECUTING"), 1, { ok: false, error, retry: { delay: 500 } }, now)).toEqual({
      executionStatus: "PENDING_EXECUTING",
      status: "DEQUEUED",
      leaseUntil: later(10_500),
    });
  });

  it("gives the run back to the queue when the next one is far off, or the process died", () => {
    const queued = { executionStatus: "QUEUED", status: "PENDING", leaseUntil: null };
    const far = { ok: false, error, retry: { delay: 60_000 } } as const;
    expect(core.complete(run("EXECUTING"), 1, far, now)).toEqual({ ...queued, availableAt: later(60_000) });
    const died = { ok: false, error } as const;
    expect(core.complete(run("EXECUTING"), 1, died, now, 2_000)).toEqual({ ...queued, availableAt: later(2_000) });
  });

  it("is the last of a run that is being cancelled", () => {
    const retry = { delay: 500 };
    expect(core.complete(run("PENDING_CANCEL"), 1, { ok: false, error, retry }, now, 100)).toMatchObject({
      executionStatus: "FINISHED",
    });
  });

  it("comes again after a longer time, a minute at most, as often as it may", () => {
    expect([1, 2, 3].map((attempt) => core.crashRetryMs(attempt, 3))).toEqual([1000, 2000, undefined]);
    expect(core.crashRetryMs(9, 10)).toBe(60_000);
  });
});

describe("a time to live", () => {
  it("ends a run that nobody took, and no other", () => {
    expect(core.expire(run("QUEUED", 0), now)).toMatchObject({ executionStatus: "FINISHED", status: "EXPIRED" });
    expect(core.expire(run("QUEUED", 1), now)).toBeUndefined();
    for (const status of except("QUEUED")) expect(core.expire(run(status, 0), now)).toBeUndefined();
  });
});

describe("the end of a run", () => {
  it("keeps the output of a success", () => {
    expect(core.complete(run("EXECUTING"), 1, { ok: true, output: "{}" }, now)).toEqual({
      executionStatus: "FINISHED",
      status: "COMPLETED_SUCCESSFULLY",
      leaseUntil: null,
      finishedAt: now,
      output: "{}",
    });
    expect(core.complete(run("EXECUTING"), 1, { ok: true }, now)).toMatchObject({ output: null });
  });

  it.each([
    [{ type: "BUILT_IN_ERROR" }, "COMPLETED_WITH_ERRORS"],
    [{ type: "INTERNAL_ERROR", code: "TASK_PROCESS_EXITED_WITH_NON_ZERO_CODE" }, "CRASHED"],
    [{ type: "INTERNAL_ERROR", code: "TASK_RUN_CANCELLED" }, "CANCELED"],
    [{ type: "INTERNAL_ERROR", code: "MAX_DURATION_EXCEEDED" }, "TIMED_OUT"],
  ])("tells failures apart: %j", (error, status) => {
    expect(core.complete(run("EXECUTING"), 1, { ok: false, error }, now)).toMatchObject({ status, error });
  });

  it("is not brought about by an attempt that is over, nor twice", () => {
    expect(core.complete(run("EXECUTING", 2), 1, { ok: true }, now)).toBeUndefined();
    for (const status of except("EXECUTING", "PENDING_CANCEL"))
      expect(core.complete(run(status), 1, { ok: true }, now)).toBeUndefined();
  });

  it("comes at once to a cancelled run that has not started", () => {
    for (const status of ["QUEUED", "PENDING_EXECUTING"] as const)
      expect(core.cancel(run(status), now)).toMatchObject({ executionStatus: "FINISHED", status: "CANCELED" });
  });

  it("waits for the worker of a cancelled run that is live, but not for ever", () => {
    expect(core.cancel(run("EXECUTING"), now)).toEqual({
      executionStatus: "PENDING_CANCEL",
      leaseUntil: later(10_000),
    });
    for (const status of ["PENDING_CANCEL", "FINISHED"] as const) expect(core.cancel(run(status), now)).toBeUndefined();
  });
});

describe("a run whose worker is gone", () => {
  it("goes back to the queue if it had not started", () => {
    expect(core.lose(run("PENDING_EXECUTING"), now)).toEqual({
      executionStatus: "QUEUED",
      status: "PENDING",
      leaseUntil: null,
    });
  });

  it("is over if it was live, as cancelled when that was asked for", () => {
    expect(core.lose(run("EXECUTING"), now)).toMatchObject({ executionStatus: "FINISHED", status: "SYSTEM_FAILURE" });
    expect(core.lose(run("PENDING_CANCEL"), now)).toMatchObject({ executionStatus: "FINISHED", status: "CANCELED" });
  });

  it("is left alone otherwise", () => {
    expect(core.lose(run("QUEUED"), now)).toBeUndefined();
    expect(core.lose(run("FINISHED"), now)).toBeUndefined();
  });

  it("knows its final state", () => {
    expect(every.filter((status) => core.isFinal(run(status)))).toEqual(["FINISHED"]);
  });
});
