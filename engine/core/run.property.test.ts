import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as core from "./run.ts";

type Held = core.RunState & { leaseUntil: Date | null };
type Event = {
  name: "dequeue" | "start" | "heartbeat" | "complete" | "cancel" | "lose";
  attempt: number;
  at: number;
  completion: core.Completion;
};

const created: Held = { executionStatus: "QUEUED", status: "PENDING", attempt: 0, leaseUntil: null };
const leased = ["PENDING_EXECUTING", "EXECUTING", "PENDING_CANCEL"];

const completion: fc.Arbitrary<core.Completion> = fc.oneof(
  fc.record({ ok: fc.constant(true as const), output: fc.option(fc.string(), { nil: undefined }) }),
  fc.record({
    ok: fc.constant(false as const),
    error: fc.record({
      type: fc.constantFrom("INTERNAL_ERROR", "BUILT_IN_ERROR"),
      code: fc.constantFrom("TASK_RUN_CANCELLED", "TASK_PROCESS_SIGSEGV", undefined),
    }),
  }),
);
const event: fc.Arbitrary<Event> = fc.record({
  name: fc.constantFrom<Event["name"]>("dequeue", "start", "heartbeat", "complete", "cancel", "lose"),
  attempt: fc.integer({ min: 0, max: 4 }),
  at: fc.integer({ min: 0, max: 1e6 }),
  completion,
});

function decide(run: Held, { name, attempt, at, completion }: Event): core.RunChange | undefined {
  const now = new Date(at);
  switch (name) {
    case "dequeue":
      return core.dequeue(run, now);
    case "start":
      return core.startAttempt(run, now, 30_000);
    case "heartbeat":
      return core.heartbeat(run, now, 30_000);
    case "complete":
      return core.complete(run, attempt, completion, now);
    case "cancel":
      return core.cancel(run, now);
    case "lose":
      return core.lose(run, now);
  }
}

/** Every change of a run's life, with the state before and after it. */
function* live(events: Event[]) {
  let run = created;
  for (const happened of events) {
    const change = decide(run, happened);
    if (!change) continue;
    const before = run;
    run = { ...run, ...change } as Held;
    yield { before, change, run, happened };
  }
}

const lives = fc.array(event, { maxLength: 60 });

describe("whatever happens to a run, in whatever order", () => {
  it("nothing follows its end", () => {
    fc.assert(
      fc.property(lives, (events) => {
        const changes = [...live(events)];
        const ends = changes.filter(({ run }) => core.isFinal(run));
        expect(ends.length).toBeLessThanOrEqual(1);
        if (ends.length === 1) expect(changes.at(-1)).toBe(ends[0]);
      }),
    );
  });

  it("its attempt grows by one when it starts, and at no other time", () => {
    fc.assert(
      fc.property(lives, (events) => {
        for (const { before, run, happened } of live(events))
          expect(run.attempt - before.attempt).toBe(happened.name === "start" ? 1 : 0);
      }),
    );
  });

  it("it has a lease, ahead of the time it was given, exactly while a worker holds it", () => {
    fc.assert(
      fc.property(lives, (events) => {
        for (const { run, change, happened } of live(events)) {
          expect(run.leaseUntil !== null).toBe(leased.includes(run.executionStatus));
          if (change.leaseUntil) expect(change.leaseUntil.getTime()).toBeGreaterThan(happened.at);
        }
      }),
    );
  });

  it("both of its states tell the same story", () => {
    const stories: Record<core.ExecutionStatus, core.RunStatus[]> = {
      QUEUED: ["PENDING"],
      PENDING_EXECUTING: ["DEQUEUED"],
      EXECUTING: ["EXECUTING"],
      PENDING_CANCEL: ["EXECUTING"],
      FINISHED: ["CANCELED", "COMPLETED_SUCCESSFULLY", "COMPLETED_WITH_ERRORS", "CRASHED", "SYSTEM_FAILURE"],
    };
    fc.assert(
      fc.property(lives, (events) => {
        for (const { run } of live(events)) expect(stories[run.executionStatus]).toContain(run.status);
      }),
    );
  });

  it("it notes its end when it ends, and its first start once", () => {
    fc.assert(
      fc.property(lives, (events) => {
        const changes = [...live(events)];
        for (const { run, change } of changes) expect(change.finishedAt !== undefined).toBe(core.isFinal(run));
        const starts = changes.filter(({ change }) => change.startedAt !== undefined);
        expect(starts.map(({ run }) => run.attempt)).toEqual(changes.some(({ run }) => run.attempt > 0) ? [1] : []);
      }),
    );
  });

  it("only its newest attempt can complete it", () => {
    fc.assert(
      fc.property(lives, (events) => {
        for (const { before, happened } of live(events))
          if (happened.name === "complete") expect(happened.attempt).toBe(before.attempt);
      }),
    );
  });
});

describe("a live run that is cancelled, lost and completed at once", () => {
  const orders = fc.shuffledSubarray(["cancel", "lose", "complete"] as const, { minLength: 1 });

  it("ends in one way, which depends on what came first, and is left with no lease", () => {
    fc.assert(
      fc.property(orders, completion, (order, reported) => {
        const live = { executionStatus: "EXECUTING", status: "EXECUTING", attempt: 1, leaseUntil: null } as const;
        let run: Held = { ...live, leaseUntil: new Date(1) };
        const ends: string[] = [];
        for (const name of order) {
          const change = decide(run, { name, attempt: 1, at: 5, completion: reported });
          if (!change) continue;
          run = { ...run, ...change } as Held;
          if (core.isFinal(run)) ends.push(name);
        }
        const ending = order.filter((name) => name !== "cancel");
        expect(ends).toEqual(ending.slice(0, 1));
        expect(run.executionStatus).toBe(ending.length > 0 ? "FINISHED" : "PENDING_CANCEL");
        expect(run.leaseUntil === null).toBe(ending.length > 0);
        if (ending[0] === "lose") {
          const wasCancelled = order.indexOf("cancel") !== -1 && order.indexOf("cancel") < order.indexOf("lose");
          expect(run.status).toBe(wasCancelled ? "CANCELED" : "SYSTEM_FAILURE");
        }
      }),
    );
  });
});
