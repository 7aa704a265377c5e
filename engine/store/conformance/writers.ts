import { beforeEach, expect, it } from "vitest";
import type { Run } from "../runs.ts";
import { streamName } from "../streams.ts";
import { addRun, addSession, now, unique, type Given } from "./fixtures.ts";

const over = { executionStatus: "FINISHED", status: "SYSTEM_FAILURE", finishedAt: now } as const;

export function describeWriters(given: Given): void {
  let sessionId: string;
  let stream: string;
  let run: Run;
  beforeEach(async () => {
    const session = await addSession(given);
    sessionId = session.id;
    stream = streamName(session.stream_key, "out");
    run = await addRun(given, { sessionId });
    await given.store.sessions.update(sessionId, { current_run_id: run.id });
  });

  const write = (text: string, writer = run) =>
    given.store.streams.appendAs(writer.id, stream, [{ body: text, id: text }]);
  const end = () => given.store.transaction((tx) => tx.runs.apply(run, over));
  const replace = async () => {
    const next = await addRun(given, { sessionId });
    await given.store.sessions.update(sessionId, { current_run_id: next.id });
    return next;
  };

  it("writes while it is live, also when its session is another's already", async () => {
    expect(await write("a")).toMatchObject({ startSeq: 0, endSeq: 1, records: [{ body: "a" }] });
    const next = await replace();
    expect(await write("b")).toMatchObject({ startSeq: 1 });
    expect(await write("c", next)).toMatchObject({ startSeq: 2 });
  });

  it("writes when it is over, as long as nobody has its session", async () => {
    await end();
    expect(await write("a")).toMatchObject({ startSeq: 0 });
  });

  it("writes nothing once it is over and replaced, nor when it is forgotten; a repeated record is refused too", async () => {
    await write("a");
    await end();
    const next = await replace();
    expect([await write("b"), await write("a")]).toEqual([undefined, undefined]);
    expect(await write("c", { ...run, id: "run_nobody" })).toBeUndefined();
    expect(await write("d", next)).toMatchObject({ startSeq: 1, endSeq: 2 });
    expect((await given.store.streams.read(stream, 0)).map(({ body }) => body)).toEqual(["a", "d"]);
  });

  it("hinders nobody who writes at the same time", async () => {
    await end();
    const next = await replace();
    const acks = await Promise.all([1, 2, 3, 4].flatMap((n) => [write(`old ${n}`), write(`new ${n}`, next)]));
    expect(acks.map((ack) => ack !== undefined)).toEqual([1, 2, 3, 4].flatMap(() => [false, true]));
    expect(await given.store.streams.nextSeq(stream)).toBe(4);
  });

  it("is not refused while no run is named", async () => {
    await end();
    await replace();
    expect(await given.store.streams.append(stream, [{ body: "a" }])).toMatchObject({ startSeq: 0 });
  });

  it("comes before the run that takes its place, or too late", async () => {
    const { late } = await given.store.transaction(async (tx) => {
      const next = await tx.runs.insert({ sessionId, task: "t", payload: {}, tags: [], availableAt: now });
      await tx.runs.apply(run, over);
      await tx.streams.lock(stream);
      const late = write("late");
      for (let round = 0; round < 5; round += 1) await given.store.transaction((other) => other.workers.newest());
      await tx.sessions.update(sessionId, { current_run_id: next.id });
      return { late };
    });
    expect(await late).toBeUndefined();
    expect(await given.store.streams.nextSeq(stream)).toBe(0);
  });

  it("is not told from others with a token, except that these are never replaced", async () => {
    expect(await given.store.streams.appendAs(undefined, stream, [{ body: "a" }])).toMatchObject({ startSeq: 0 });
    await end();
    await replace();
    expect(await given.store.streams.appendAs(undefined, stream, [{ body: "b" }])).toMatchObject({ startSeq: 1 });
  });

  it("begins no stream, whoever it is", async () => {
    const nowhere = streamName(unique("chat"), "out");
    for (const writer of [run.id, undefined]) {
      expect(await given.store.streams.appendAs(writer, nowhere, [{ body: "a" }])).toBeUndefined();
    }
    // It has no row: an append that may begin it finds nothing before itself.
    expect(await given.store.streams.nextSeq(nowhere)).toBe(0);
    expect(await given.store.streams.append(nowhere, [{ body: "b" }])).toMatchObject({ startSeq: 0, endSeq: 1 });
  });

  it("is known by its trace, in its own session", async () => {
    const traceId = run.traceparent.split("-")[1] ?? "";
    expect(await given.store.runs.byTrace(sessionId, traceId)).toMatchObject({ id: run.id });
    expect(await given.store.runs.byTrace(sessionId, "0".repeat(32))).toBeUndefined();
    expect(await given.store.runs.byTrace((await addSession(given)).id, traceId)).toBeUndefined();
  });
}
