import fc from "fast-check";

/** Values where a schema expects something else, or Postgres cannot hold what JSON can. */
const strange = fc.oneof(
  fc.constantFrom<unknown>(null, true, 0, -1, 1e308, 1.5, 2 ** 53, "", "\0", "\ud800", "a\0b", [], {}, [[]], "0", "-1"),
  fc.constantFrom<unknown>(
    "+275760-09-13T00:00:00.000Z",
    "-200000-01-01T00:00:00Z",
    "9999999d",
    "1e9s",
    -8.64e15,
    "NaN",
  ),
  fc.string({ unit: "binary", maxLength: 40 }),
  fc.integer({ min: 100, max: 20_000 }).map((length) => "x".repeat(length)),
  fc.integer({ min: 1, max: 400 }).map((length) => "é\u{1F600}".repeat(length)),
  fc.jsonValue({ maxDepth: 3 }),
);

const time = "1795325393244670722";
const some = [{ key: "a", value: { arrayValue: { values: [{ stringValue: "b" }, { intValue: 1 }] } } }];
const span = {
  ...{ traceId: "t", spanId: "s", parentSpanId: "p", name: "n", startTimeUnixNano: time, endTimeUnixNano: time },
  ...{ attributes: some, events: [{ name: "e", timeUnixNano: 1, attributes: some }], status: { code: 1 } },
};
const line = { timeUnixNano: time, severityNumber: 9, body: { stringValue: "s" }, attributes: some, spanId: "s" };
const ofRun = (run: string) => [{ key: "ctx.run.id", value: { stringValue: run } }];

/** What the routes take, to be damaged in one place or two. */
const templatesFor = (run: string): Record<string, unknown>[] => [
  {
    type: "chat.agent",
    externalId: "fuzz-new",
    taskIdentifier: "chat",
    triggerConfig: { basePayload: { chatId: "x" }, tags: ["a"], queue: "q", maxAttempts: 2, machine: "micro" },
    tags: ["a"],
    metadata: { a: 1 },
    expiresAt: "2030-01-01T00:00:00Z",
  },
  { tags: ["b"], metadata: { title: "t" }, externalId: "fuzz-1" },
  { reason: "over", callingRunId: "run_x" },
  { session: "fuzz-1", io: "in", timeout: "10s", lastSeqNum: 1, idempotencyKey: "k", tags: ["a"] },
  { currentWorker: "worker_none", oldWorkers: [] },
  { runFriendlyIds: ["run_a", "run_b"] },
  { completion: { ok: true, id: "run_x", output: "1", outputType: "application/json" } },
  { completion: { ok: false, id: "run_x", error: { type: "INTERNAL_ERROR", code: "TASK_RUN_CRASHED", message: "m" } } },
  { isWarmStart: true, cpu: 1, memory: 1 },
  { records: [{ body: "{}", headers: [["a", "b"]] }] },
  {
    records: [
      {
        body: "",
        headers: [
          ["trigger-control", "turn-complete"],
          ["session-in-event-id", "9"],
        ],
      },
    ],
  },
  { resourceSpans: [{ resource: { attributes: ofRun(run) }, scopeSpans: [{ spans: [span] }] }] },
  { resourceLogs: [{ resource: { attributes: ofRun(run) }, scopeLogs: [{ logRecords: [line] }] }] },
  {
    localOnly: true,
    engine: "V2",
    metadata: { packageVersion: "4.8.3", contentHash: "h", tasks: [{ id: "t", filePath: "f" }], sourceFiles: [] },
  },
  {
    payload: "{}",
    options: {
      ...{ payloadType: "application/store", tags: ["a"], ttl: "1h", delay: "1h", idempotencyKey: "k", maxDuration: 5 },
      ...{ queue: { name: "q" }, concurrencyKey: "k", machine: "micro", metadata: "{}", maxAttempts: 2 },
    },
  },
  { kind: "message", payload: { message: { id: "m" }, trigger: "submit-message" } },
];

/** A copy with a strange value in a place that `turns` chooses on the way down. */
function damage(value: unknown, turns: number[], by: unknown): unknown {
  const [turn, ...rest] = turns;
  if (turn === undefined || typeof value !== "object" || value === null) return by;
  const keys = Object.keys(value);
  const chosen = keys[turn % Math.max(keys.length, 1)];
  if (chosen === undefined) return by;
  const entries = Object.entries(value).map(([key, item]) => [key, key === chosen ? damage(item, rest, by) : item]);
  return Array.isArray(value) ? entries.map(([, item]) => item as unknown) : Object.fromEntries(entries);
}

const damagedOf = (templates: Record<string, unknown>[]) =>
  fc
    .record({
      template: fc.constantFrom(...templates),
      turns: fc.array(fc.nat({ max: 9 }), { minLength: 1, maxLength: 9 }),
      by: strange,
      withProto: fc.boolean(),
    })
    .map(({ template, turns, by, withProto }) => {
      const json = JSON.stringify(damage(template, turns, by));
      return withProto ? json.replace(/^\{/, '{"__proto__":{"isAdmin":true},"constructor":1,') : json;
    });

const text = (arbitrary: fc.Arbitrary<string>) => arbitrary.map((value) => Buffer.from(value));

/** Bodies, most of them wrong somewhere; the telemetry among them is of this run. */
export function bodies(run: string): fc.Arbitrary<Buffer> {
  const templates = templatesFor(run);
  const damaged = damagedOf(templates);
  const cut = fc.tuple(text(damaged), fc.nat()).map(([all, at]) => all.subarray(0, at % (all.length + 1)));
  const whole = fc.constantFrom(...templates.map((template) => JSON.stringify(template)));
  const odd = fc.constantFrom("", "{", "nul", '{"a":1e400}', "[".repeat(300), '"\\ud800"', "{}{}", "\0", "\ufeff{}");
  return fc.oneof(
    { weight: 30, arbitrary: text(damaged) },
    { weight: 6, arbitrary: text(whole) },
    { weight: 6, arbitrary: cut },
    { weight: 4, arbitrary: text(strange.map((value) => JSON.stringify(value) ?? "")) },
    { weight: 4, arbitrary: fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)) },
    { weight: 4, arbitrary: text(odd) },
    { weight: 2, arbitrary: text(fc.integer({ min: 150, max: 50_000 }).map(nested)) },
    { weight: 1, arbitrary: fc.integer({ min: 900_000, max: 5_000_000 }).map((size) => Buffer.alloc(size, 0x61)) },
  );
}

const nested = (depth: number) => `{"metadata":${'{"a":'.repeat(depth)}1${"}".repeat(depth)},"tags":[]}`;
