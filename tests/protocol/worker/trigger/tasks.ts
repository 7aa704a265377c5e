import { metadata, runs, tags, task, tasks, wait } from "@trigger.dev/sdk";

/** Plain tasks for the protocol tests: they wait for one another, for time, fail, and leave notes. */

const BUILD = "one";

export const add = task({
  id: "add",
  run: (payload: { a: number; b: number }, { ctx }) =>
    Promise.resolve({ sum: payload.a + payload.b, build: BUILD, version: ctx.run.version }),
});

/** Waits for other tasks, three ways. */
export const family = task({
  id: "family",
  run: async () => {
    metadata.set("stage", "started").increment("steps", 1);
    await tags.add(["parent-tag"]);
    const one = await add.triggerAndWait({ a: 1, b: 2 }).unwrap();
    const failed = await broken.triggerAndWait({ text: "no" });
    const many = await add.batchTriggerAndWait([1, 2, 3].map((a) => ({ payload: { a, b: 10 } })));
    await noting.triggerAndWait();
    metadata.set("stage", "done").increment("steps", 1);
    return {
      build: BUILD,
      one: one.sum,
      version: one.version,
      failed: failed.ok ? "no" : (failed.error as Error).message,
      many: many.runs.map((run) => (run.ok ? run.output.sum : "failed")),
    };
  },
});

/** Waits for a run of itself, which waits for a run of itself. */
export const chain = task({
  id: "chain",
  run: async ({ depth }: { depth: number }): Promise<number> => {
    if (depth === 0) return 0;
    const below = await tasks.triggerAndWait("chain", { depth: depth - 1 }).unwrap();
    return 1 + (below as number);
  },
});

/** Writes into its parent's notes. */
export const noting = task({
  id: "noting",
  run: async () => {
    metadata.parent.set("child", "was here");
    metadata.root.append("visits", "noting");
    metadata.set("own", true);
    await metadata.flush();
  },
});

export const broken = task({
  id: "broken",
  retry: { maxAttempts: 1 },
  run: ({ text }: { text: string }) => Promise.reject(new Error(text)),
});

/** Succeeds at the attempt that it is told to. */
export const stubborn = task({
  id: "stubborn",
  retry: { maxAttempts: 3, minTimeoutInMs: 50, maxTimeoutInMs: 100, factor: 1, randomize: false },
  run: ({ at }: { at: number }, { ctx }) => {
    if (ctx.attempt.number < at) throw new Error(`attempt ${ctx.attempt.number}`);
    return Promise.resolve({ attempt: ctx.attempt.number, machine: ctx.machine?.name });
  },
});

export const waiting = task({
  id: "waiting",
  run: async ({ seconds }: { seconds: number }) => {
    const start = Date.now();
    await wait.for({ seconds });
    const between = Date.now();
    await wait.until({ date: new Date(between + seconds * 1000) });
    return { first: between - start, second: Date.now() - between };
  },
});

/** Starts a task and does not wait for it. */
export const starting = task({
  id: "starting",
  run: async ({ a }: { a: number }) => {
    const handle = await tasks.trigger<typeof add>("add", { a, b: 1 }, { idempotencyKey: `starting-${a}` });
    const again = await tasks.trigger<typeof add>("add", { a, b: 1 }, { idempotencyKey: `starting-${a}` });
    const run = await runs.poll(handle, { pollIntervalMs: 50 });
    return { same: handle.id === again.id, sum: run.output?.sum };
  },
});

/** Says how long its text is, and gives back another as long as it is told. */
export const large = task({
  id: "large",
  run: ({ text, size }: { text: string; size: number }) =>
    Promise.resolve({ seen: text.length, text: "o".repeat(size) }),
});

/** Sends large texts to others and waits for theirs, one and many. */
export const passingOn = task({
  id: "passing-on",
  run: async ({ size }: { size: number }) => {
    const text = "p".repeat(size);
    const one = await large.triggerAndWait({ text, size }).unwrap();
    const { runs: many } = await large.batchTriggerAndWait([
      { payload: { text, size } },
      { payload: { text, size: 1 } },
    ]);
    const lengths = [one, ...many.flatMap((run) => (run.ok ? [run.output] : []))];
    return lengths.map((output) => [output.seen, output.text.length]);
  },
});

/**
 * One at a time for each concurrency key. Ends when as many runs of its tag have begun as it is told, itself among them;
 * says how many are at work then, and when it began and ended.
 */
export const keyed = task({
  id: "keyed",
  queue: { concurrencyLimit: 1 },
  run: async ({ tag, begun }: { tag: string; begun: number }) => {
    const from = Date.now();
    for (;;) {
      const { data } = await runs.list({ tag, status: ["EXECUTING", "COMPLETED"] });
      const working = data.filter(({ status }) => status === "EXECUTING").length;
      if (data.length >= begun) return { working, from, to: Date.now() };
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  },
});

/** Declares how long it may take, and takes longer. */
export const tooLong = task({
  id: "too-long",
  maxDuration: 5,
  retry: { maxAttempts: 3 },
  run: () => new Promise<void>(() => setInterval(() => undefined, 1_000)),
});

/** Sleeps until it is cancelled or its time is up. */
export const endless = task({
  id: "endless",
  retry: { maxAttempts: 1 },
  run: async (_: unknown) => {
    await new Promise(() => setInterval(() => undefined, 1_000));
  },
});
