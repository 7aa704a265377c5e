import { describe, expect, it } from "vitest";
import { STORED } from "../packets.ts";
import type { Run } from "../runs.ts";
import type { Session } from "../sessions.ts";
import { channelName, streamName } from "../streams.ts";
import { addRun, addSession, after, newLogLine, newSpan, now, unique, type Given } from "./fixtures.ts";

const over = { executionStatus: "FINISHED", status: "COMPLETED_SUCCESSFULLY", leaseUntil: null } as const;
/** Later than anything the store itself has put a time on. */
const future = () => new Date(Date.now() + 60_000);

/** Removes two at a time until there is no more; how many in all. */
async function all(remove: (rows: number) => Promise<number>): Promise<number> {
  let sum = 0;
  for (;;) {
    const count = await remove(2);
    expect(count).toBeLessThanOrEqual(2);
    sum += count;
    if (count < 2) return sum;
  }
}

export function describeRetention(given: Given): void {
  const endedRun = async (sessionId: string | null, at: Date) => {
    const run = await addRun(given, { sessionId });
    return given.store.transaction((tx) => tx.runs.apply(run, { ...over, finishedAt: at }));
  };
  const has = async (id: string) => (await given.store.runs.byId(id)) !== undefined;

  it("of runs takes those that ended before, with their states and waitpoints, but no session's current one", async () => {
    await all((rows) => given.store.runs.removeEnded(after(-10_000), rows));
    const session = await addSession(given);
    const [old, current, young, live] = [
      await endedRun(session.id, after(-5001)),
      await endedRun(session.id, after(-5001)),
      await endedRun(session.id, after(-5000)),
      await addRun(given, { sessionId: session.id }),
    ];
    const more = await Promise.all([1, 2, 3].map(() => endedRun(null, after(-6000))));
    await given.store.sessions.update(session.id, { current_run_id: current.id });
    const waitpoint = await given.store.transaction((tx) =>
      tx.waitpoints.insertOrFind({ runId: old.id, stream: "s", idempotencyKey: null, timeoutAt: null }),
    );
    expect(await all((rows) => given.store.runs.removeEnded(after(-5000), rows))).toBe(4);
    expect(await Promise.all([old, current, young, live].map(({ id }) => has(id)))).toEqual([false, true, true, true]);
    expect(await Promise.all(more.map(({ id }) => has(id)))).toEqual([false, false, false]);
    expect(await given.store.runs.snapshotById(old.snapshot_id)).toBeUndefined();
    expect(await given.store.waitpoints.byIds([waitpoint.waitpoint.id])).toEqual([]);
  });

  it("of a run's states takes those it is not in any more", async () => {
    let run = await addRun(given);
    const states: string[] = [];
    for (let n = 0; n < 4; n += 1) {
      run = await given.store.transaction((tx) => tx.runs.apply(run, {}));
      states.push(run.snapshot_id);
    }
    expect(await all((rows) => given.store.runs.removeSnapshots(new Date(0), rows))).toBe(0);
    expect(await all((rows) => given.store.runs.removeSnapshots(future(), rows))).toBeGreaterThanOrEqual(3);
    const left = await Promise.all(states.map((id) => given.store.runs.snapshotById(id)));
    expect(left.map((state) => state !== undefined)).toEqual([false, false, false, true]);
  });

  it("of waitpoints takes those completed before, and pending ones of runs that ended before", async () => {
    const make = async (runId: string, completedAt?: Date) => {
      const { waitpoint } = await given.store.transaction(async (tx) => {
        const made = await tx.waitpoints.insertOrFind({ runId, stream: "s", idempotencyKey: null, timeoutAt: null });
        const result = { output: "{}", outputIsError: false };
        if (completedAt) await tx.waitpoints.completeById(made.waitpoint.id, result, completedAt);
        return made;
      });
      return waitpoint.id;
    };
    const live = await addRun(given);
    const ended = await endedRun(null, after(-5001));
    const gone = [await make(live.id, after(-5001)), await make(live.id, after(-5001)), await make(ended.id)];
    const kept = [await make(live.id, after(-5000)), await make(live.id)];
    await all((rows) => given.store.waitpoints.removeCompleted(after(-5000), rows));
    const left = await given.store.waitpoints.byIds([...gone, ...kept]);
    expect(left.map(({ id }) => id).sort()).toEqual(kept.sort());
  });

  it("of input takes what is answered, keeps a margin, and moves no position", async () => {
    const { id, stream_key: key } = await addSession(given);
    const [input, output] = [streamName(key, "in"), streamName(key, "out")];
    for (const stream of [input, output])
      await given.store.streams.append(
        stream,
        Array.from({ length: 10 }, (_, n) => ({ body: `${n}` })),
        true,
      );
    const first = async (stream: string) => (await given.store.streams.read(stream, 0, 1))[0]?.seq;
    await all((rows) => given.store.streams.removeAnswered(future(), 3, rows));
    expect(await first(input)).toBe(0);
    await given.store.sessions.update(id, { answered_in_seq: 8 });
    await all((rows) => given.store.streams.removeAnswered(new Date(0), 3, rows));
    expect(await first(input)).toBe(0);
    expect(await all((rows) => given.store.streams.removeAnswered(future(), 3, rows))).toBe(5);
    expect([await first(input), await first(output)]).toEqual([5, 0]);
    expect(await given.store.streams.nextSeq(input)).toBe(10);
    expect(await given.store.streams.oldestUnanswered(input, 8)).toBe(9);
  });

  it("of channels takes what is old, and leaves the conversation alone", async () => {
    const { stream_key: key } = await addSession(given);
    const [channel, output] = [channelName(key, "files", "out"), streamName(key, "out")];
    for (const stream of [channel, output])
      await given.store.streams.append(stream, [{ body: "a" }, { body: "b" }, { body: "c" }]);
    expect(await all((rows) => given.store.streams.removeFromChannels(new Date(0), rows))).toBe(0);
    expect(await all((rows) => given.store.streams.removeFromChannels(future(), rows))).toBe(3);
    expect(await given.store.streams.read(output, 0)).toHaveLength(3);
    expect(await given.store.streams.append(channel, [{ body: "d" }])).toMatchObject({ startSeq: 3 });
  });

  it("of sessions takes the closed and the expired, whole, unless one of their runs is live", async () => {
    const make = async (more: { closed?: Date; expires?: Date; live?: boolean }) => {
      const session = await addSession(given, { expiresAt: more.expires ?? null });
      const run = more.live ? await addRun(given, { sessionId: session.id }) : await endedRun(session.id, now);
      await given.store.sessions.update(session.id, { current_run_id: run.id, closed_at: more.closed ?? null });
      for (const io of ["in", "out"] as const)
        await given.store.streams.append(streamName(session.stream_key, io), [{ body: "a" }, { body: "b" }]);
      await given.store.snapshots.write(session.id, Buffer.from("x"));
      return { session, run };
    };
    const gone = [
      await make({ closed: after(-5001) }),
      await make({ closed: after(-9000) }),
      await make({ expires: after(-5001) }),
    ];
    const kept = [
      await make({ closed: after(-5000) }),
      await make({ closed: after(-5000), expires: after(-9000) }),
      await make({ expires: after(-5000) }),
      await make({ closed: after(-9000), live: true }),
      await make({}),
    ];
    await all((rows) => given.store.sessions.removeOver(after(-5000), rows));
    for (const { session, run } of gone) {
      expect(await given.store.sessions.find(session.id)).toBeUndefined();
      expect(await has(run.id)).toBe(false);
      expect(await given.store.snapshots.read(session.id)).toBeUndefined();
      for (const io of ["in", "out"] as const) {
        expect(await given.store.streams.nextSeq(streamName(session.stream_key, io))).toBe(0);
        expect(await given.store.streams.read(streamName(session.stream_key, io), 0)).toEqual([]);
      }
    }
    for (const { session, run } of kept) {
      expect(await given.store.sessions.find(session.id)).toBeDefined();
      expect(await has(run.id)).toBe(true);
      expect(await given.store.streams.read(streamName(session.stream_key, "in"), 0)).toHaveLength(2);
    }
  });

  describe("of sessions that were closed for a reason", () => {
    const close = async (reason: string | null) => {
      const session = await addSession(given);
      const run = await endedRun(session.id, now);
      const change = { current_run_id: run.id, closed_at: reason === null ? null : now, closed_reason: reason };
      await given.store.sessions.update(session.id, change);
      return { session, run };
    };
    const remove = (reason: string) => all((rows) => given.store.sessions.removeClosedAs(reason, rows));
    const isThere = async ({ session }: { session: Session }) =>
      (await given.store.sessions.find(session.id)) !== undefined;

    it("takes those of that reason, at once", async () => {
      const reason = unique("reason");
      const [gone, other, open] = [await close(reason), await close(`${reason}, not`), await close(null)];
      expect(await remove(reason)).toBeGreaterThanOrEqual(1);
      expect(await Promise.all([gone, other, open].map(isThere))).toEqual([false, true, true]);
      expect([await has(gone.run.id), await has(other.run.id)]).toEqual([false, true]);
    });

    it("leaves one that a run is at, or a run that a run of its has started", async () => {
      const reason = unique("reason");
      const [own, started] = [await close(reason), await close(reason)];
      const live = await addRun(given, { sessionId: own.session.id });
      const child = await addRun(given, { options: { parent_id: started.run.id, root_id: started.run.id } });
      await remove(reason);
      expect([await isThere(own), await isThere(started)]).toEqual([true, true]);
      const end = (run: Run) => given.store.transaction((tx) => tx.runs.apply(run, { ...over, finishedAt: now }));
      await Promise.all([live, child].map(end));
      await remove(reason);
      expect([await isThere(own), await isThere(started), await has(child.id)]).toEqual([false, false, false]);
    });

    it("takes all that their runs left behind, and nothing that another run has", async () => {
      const reason = unique("reason");
      const { session, run } = await close(reason);
      const [mine, shared] = [unique("packet"), unique("packet")];
      for (const id of [mine, shared])
        await given.store.packets.write(id, { type: "text/plain", body: Buffer.from("x") });
      const child = await addRun(given, {
        payload: mine,
        options: { parent_id: run.id, root_id: run.id, payload_type: STORED },
      });
      await given.store.transaction((tx) => tx.runs.apply(child, { ...over, finishedAt: now, output: shared }));
      await given.store.transaction((tx) => tx.runs.amend(child.id, { output_type: STORED }));
      const other = await addRun(given, { payload: shared, options: { payload_type: STORED } });
      const { batch } = await given.store.transaction((tx) =>
        tx.batches.insertOrFind({ run_count: 1, parent_id: run.id, resumes_parent: false, idempotency_key: null }),
      );
      await given.store.telemetry.keep({ spans: [newSpan(run.id)], lines: [newLogLine(child.id)] });
      const channel = channelName(session.stream_key, "files", "out");
      const [input, output] = [streamName(session.stream_key, "in"), streamName(session.stream_key, "out")];
      for (const stream of [channel, input, output])
        await given.store.streams.append(stream, [{ body: "a" }, { body: "b" }, { body: "c" }]);
      const { waitpoint } = await given.store.transaction((tx) =>
        tx.waitpoints.insertOrFind({ runId: run.id, stream: input, idempotencyKey: null, timeoutAt: null }),
      );
      await given.store.snapshots.write(session.id, Buffer.from("x"));

      await remove(reason);
      expect(await Promise.all([run, child, other].map(({ id }) => has(id)))).toEqual([false, false, true]);
      expect([await given.store.packets.has(mine), await given.store.packets.has(shared)]).toEqual([false, true]);
      expect(await given.store.batches.byId(batch.id)).toBeUndefined();
      expect(await given.store.telemetry.spansOf(run.id, 10)).toEqual([]);
      expect(await given.store.telemetry.linesOf(child.id, 10)).toEqual([]);
      expect(await given.store.waitpoints.byIds([waitpoint.id])).toEqual([]);
      expect(await given.store.snapshots.read(session.id)).toBeUndefined();
      for (const stream of [channel, input, output]) {
        expect(await given.store.streams.read(stream, 0)).toEqual([]);
        expect(await given.store.streams.nextSeq(stream)).toBe(0);
      }
    });

    it("are not begun again by who still has a token for them", async () => {
      const reason = unique("reason");
      const { session, run } = await close(reason);
      const output = streamName(session.stream_key, "out");
      const write = (writer?: string) => given.store.streams.appendAs(writer, output, [{ body: "a" }]);
      expect(await write(run.id)).toMatchObject({ startSeq: 0 });
      await remove(reason);
      expect([await write(run.id), await write()]).toEqual([undefined, undefined]);
      expect(await given.store.streams.nextSeq(output)).toBe(0);
    });

    it("take what was written while they were forgotten along, or refuse it", async () => {
      const reason = unique("reason");
      const { session } = await close(reason);
      const output = streamName(session.stream_key, "out");
      const { removing, late } = await given.store.transaction(async (tx) => {
        await tx.streams.lock(output);
        const removing = remove(reason);
        const late = given.store.streams.appendAs(undefined, output, [{ body: "late" }]);
        await tx.streams.append(output, [{ body: "early" }]);
        return { removing, late };
      });
      await Promise.all([removing, late]);
      expect(await given.store.streams.read(output, 0)).toEqual([]);
      expect(await given.store.sessions.find(session.id)).toBeUndefined();
    });
  });

  it("of batches takes those whose runs are gone", async () => {
    await all((rows) => given.store.batches.removeOver(future(), rows));
    const run = await addRun(given);
    const make = async (runId: string) => {
      const { batch } = await given.store.transaction((tx) =>
        tx.batches.insertOrFind({ run_count: 1, parent_id: null, resumes_parent: false, idempotency_key: null }),
      );
      await given.store.transaction((tx) => tx.batches.setRun(batch.id, 0, runId));
      return batch.id;
    };
    const [over, current] = [await make("run_gone"), await make(run.id)];
    expect(await all((rows) => given.store.batches.removeOver(new Date(0), rows))).toBe(0);
    expect(await all((rows) => given.store.batches.removeOver(future(), rows))).toBe(1);
    expect(await given.store.batches.byId(over)).toBeUndefined();
    expect(await given.store.batches.byId(current)).toBeDefined();
  });

  it("of builds takes those nobody runs, but never the newest", async () => {
    const register = () => given.store.workers.register(unique("hash"), [], now);
    const [unused, used] = [await register(), await register()];
    await addRun(given, { availableAt: after(-1e9) });
    await given.store.runs.takeQueued(used.id, after(-1e9));
    const newest = await register();
    expect(await all((rows) => given.store.workers.removeUnused(new Date(0), rows))).toBe(0);
    await all((rows) => given.store.workers.removeUnused(future(), rows));
    const left = await Promise.all([unused, used, newest].map(({ id }) => given.store.workers.byId(id)));
    expect(left.map((worker) => worker !== undefined)).toEqual([false, true, true]);
  });

  it("of telemetry takes what is old", async () => {
    await all((rows) => given.store.telemetry.removeBefore(future(), rows));
    const run = await addRun(given);
    const spans = ["a", "b", "c"].map((spanId) => newSpan(run.id, { spanId }));
    await given.store.telemetry.keep({ spans, lines: [newLogLine(run.id)] });
    expect(await all((rows) => given.store.telemetry.removeBefore(new Date(0), rows))).toBe(0);
    expect(await given.store.telemetry.spansOf(run.id, 10)).toHaveLength(3);
    expect(await all((rows) => given.store.telemetry.removeBefore(future(), rows))).toBe(3);
    expect(await given.store.telemetry.spansOf(run.id, 10)).toEqual([]);
    expect(await given.store.telemetry.linesOf(run.id, 10)).toEqual([]);
  });
}
