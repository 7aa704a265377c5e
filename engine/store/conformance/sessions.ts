import { beforeAll, describe, expect, it } from "vitest";
import type { ListFilter } from "../sessions.ts";
import { SPARE_TYPE } from "../sessions.ts";
import { streamName } from "../streams.ts";
import { addRun, addSession, after, afterTheLock, newSession, now, unique, type Given } from "./fixtures.ts";

export function describeSessions(given: Given): void {
  const find = (name: string) => given.store.sessions.find(name);

  it("gives back what was created, by both of its names", async () => {
    const input = newSession({ tags: ["a"], metadata: { deep: [1] }, expiresAt: after(5) });
    const { session, isNew } = await given.store.transaction((tx) => tx.sessions.insertOrLock(input));
    expect(isNew).toBe(true);
    expect(session).toMatchObject({
      external_id: input.externalId,
      stream_key: input.externalId,
      trigger_config: input.triggerConfig,
      tags: ["a"],
      metadata: { deep: [1] },
      expires_at: after(5),
      current_run_id: null,
      answered_in_seq: null,
      closed_at: null,
    });
    expect(session.id).toMatch(/^session_[a-z0-9]{25}$/);
    expect(await find(session.id)).toEqual(session);
    expect(await find(input.externalId ?? "")).toEqual(session);
    expect([await find("nobody"), await find("session_nobody")]).toEqual([undefined, undefined]);
  });

  it("is created once for one external id, however many try; without one each is its own", async () => {
    const input = newSession();
    const all = await Promise.all(
      [1, 2, 3].map(() => given.store.transaction((tx) => tx.sessions.insertOrLock(input))),
    );
    expect(new Set(all.map(({ session }) => session.id)).size).toBe(1);
    expect(all.filter(({ isNew }) => isNew)).toHaveLength(1);
    const [one, two] = [await addSession(given, { externalId: null }), await addSession(given, { externalId: null })];
    expect(one.id).not.toBe(two.id);
    expect(one.stream_key).toBe(one.id);
  });

  it("is changed in the fields given, no others", async () => {
    const { id } = await addSession(given, { tags: ["a"], metadata: { a: 1 } });
    const changed = await given.store.sessions.update(id, { tags: ["b"], closed_at: now, closed_reason: "enough" });
    expect(changed).toMatchObject({ tags: ["b"], metadata: { a: 1 }, closed_at: now, closed_reason: "enough" });
    expect(await given.store.sessions.update(id, { metadata: null })).toMatchObject({ metadata: null, tags: ["b"] });
    expect(await find(id)).toMatchObject({ metadata: null, tags: ["b"], closed_at: now });
    await expect(given.store.sessions.update("session_nobody", { tags: [] })).rejects.toThrow();
  });

  it("keeps its streams when its name changes", async () => {
    const { id, stream_key } = await addSession(given);
    const name = unique("renamed");
    await given.store.sessions.update(id, { external_id: name });
    expect(await find(name)).toMatchObject({ id, stream_key });
  });

  it("has streams of its own under a name that another one gave up", async () => {
    const externalId = unique("chat");
    const first = await addSession(given, { externalId });
    await given.store.sessions.update(first.id, { external_id: null });
    const second = await addSession(given, { externalId });
    expect(second.external_id).toBe(externalId);
    expect(second.id).not.toBe(first.id);
    expect(second.stream_key).not.toBe(first.stream_key);
    await given.store.sessions.update(second.id, { external_id: null });
    const third = await addSession(given, { externalId });
    expect(new Set([first, second, third].map((session) => session.stream_key)).size).toBe(3);
  });

  it("is changed by one transaction at a time, when found and when started again", async () => {
    const input = newSession();
    const { id } = await addSession(given, input);
    const found = await afterTheLock(
      given,
      (tx) => tx.sessions.findAndLock(id),
      (tx) => tx.sessions.update(id, { retry_count: 1 }),
    );
    expect(found?.retry_count).toBe(1);
    const started = await afterTheLock(
      given,
      async (tx) => (await tx.sessions.insertOrLock(input)).session,
      (tx) => tx.sessions.update(id, { retry_count: 2 }),
    );
    expect(started.retry_count).toBe(2);
  });

  it("is answered further and further, never back", async () => {
    const { id, stream_key } = await addSession(given);
    await given.store.sessions.update(id, { retry_seq: 3, retry_count: 4 });
    for (const seq of [5, 2]) await given.store.transaction((tx) => tx.sessions.markAnswered(stream_key, seq));
    expect(await find(id)).toMatchObject({ answered_in_seq: 5, retry_seq: null, retry_count: 0 });
  });

  it("leaves nothing of a transaction that fails", async () => {
    const input = newSession();
    const { id } = await addSession(given);
    const failing = given.store.transaction(async (tx) => {
      const { session } = await tx.sessions.insertOrLock(input);
      await tx.sessions.update(id, { tags: ["lost"] });
      await tx.runs.insert({ sessionId: session.id, task: "t", payload: {}, tags: [], availableAt: now });
      throw new Error("on purpose");
    });
    await expect(failing).rejects.toThrow("on purpose");
    expect(await find(input.externalId ?? "")).toBeUndefined();
    expect((await find(id))?.tags).toEqual([]);
  });

  it("of a spare is forgotten with its run and its streams, a while after that run ended", async () => {
    const spare = await addSession(given, { type: SPARE_TYPE });
    const person = await addSession(given);
    for (const { id, stream_key } of [spare, person]) {
      const run = await addRun(given, { sessionId: id, isSpare: id === spare.id });
      const ended = { executionStatus: "FINISHED", status: "COMPLETED_SUCCESSFULLY", finishedAt: now } as const;
      await given.store.transaction((tx) => tx.runs.apply(run, ended));
      for (const io of ["in", "out"] as const)
        await given.store.streams.append(streamName(stream_key, io), [{ body: "x" }]);
    }
    await given.store.sessions.removeSpares(now);
    expect(await find(spare.id)).toBeDefined();
    await given.store.sessions.removeSpares(after(1));
    expect(await find(spare.id)).toBeUndefined();
    expect(await given.store.streams.nextSeq(streamName(spare.stream_key, "in"))).toBe(0);
    expect(await given.store.streams.read(streamName(spare.stream_key, "out"), 0)).toEqual([]);
    expect(await find(person.id)).toBeDefined();
    expect(await given.store.streams.nextSeq(streamName(person.stream_key, "out"))).toBe(1);
  });

  describe("listed", () => {
    const type = unique("listed");
    const ids: string[] = [];
    beforeAll(async () => {
      for (const n of [1, 2, 3, 4, 5]) {
        const odd = n % 2 === 1;
        const session = await addSession(given, {
          type,
          task: odd ? "odd" : "even",
          tags: [`n:${n}`, odd ? "odd" : "even"],
          externalId: `${type}-${n}`,
          expiresAt: n === 2 ? now : null,
        });
        ids.push(session.id);
        if (n === 3) await given.store.sessions.update(session.id, { closed_at: now });
      }
      await addSession(given, { type: SPARE_TYPE });
    });
    const list = (filter: Partial<ListFilter> = {}) =>
      given.store.sessions.list({ limit: 10, types: [type], ...filter }, now);
    const numbers = async (filter: Partial<ListFilter> = {}) =>
      (await list(filter)).sessions.map((session) => ids.indexOf(session.id) + 1);

    it("come the newest first", async () => {
      expect(await numbers()).toEqual([5, 4, 3, 2, 1]);
    });

    it("must meet every filter", async () => {
      expect(await numbers({ tags: ["n:1", "even"] })).toEqual([4, 2, 1]);
      expect(await numbers({ tasks: ["odd"] })).toEqual([5, 3, 1]);
      expect(await numbers({ tasks: ["odd"], tags: ["n:1", "even"] })).toEqual([1]);
      expect(await numbers({ externalId: `${type}-4` })).toEqual([4]);
      expect(await numbers({ types: [unique("none")] })).toEqual([]);
      expect(await numbers({ statuses: ["CLOSED"] })).toEqual([3]);
      expect(await numbers({ statuses: ["EXPIRED"] })).toEqual([2]);
      expect(await numbers({ statuses: ["ACTIVE", "EXPIRED"] })).toEqual([5, 4, 2, 1]);
      const { created_at } = (await list({ externalId: `${type}-3` })).sessions[0] ?? { created_at: now };
      expect(await numbers({ createdFrom: created_at, createdTo: new Date(created_at.getTime() + 1) })).toContain(3);
      expect(await numbers({ createdTo: new Date(0) })).toEqual([]);
      expect(await numbers({ createdFrom: new Date(4e12) })).toEqual([]);
    });

    it("never show a spare", async () => {
      expect((await list({ types: undefined })).sessions.some((session) => session.type === SPARE_TYPE)).toBe(false);
      expect((await list({ types: [SPARE_TYPE] })).sessions).toEqual([]);
    });

    it("come in pages, forwards and back, with a cursor only where there is more", async () => {
      const at = (n: number) => ids[n - 1];
      const first = await list({ limit: 2 });
      expect([first.next, first.previous]).toEqual([at(4), undefined]);
      const second = await list({ limit: 2, after: first.next });
      expect([second.sessions.map(({ id }) => id), second.next, second.previous]).toEqual([
        [at(3), at(2)],
        at(2),
        at(3),
      ]);
      const third = await list({ limit: 2, after: second.next });
      expect([third.sessions.map(({ id }) => id), third.next, third.previous]).toEqual([[at(1)], undefined, at(1)]);
      const back = await list({ limit: 2, before: third.previous });
      expect([back.sessions.map(({ id }) => id), back.next, back.previous]).toEqual([[at(3), at(2)], at(2), at(3)]);
      const start = await list({ limit: 2, before: back.previous });
      expect([start.sessions.map(({ id }) => id), start.previous]).toEqual([[at(5), at(4)], undefined]);
    });

    it("are none beside a cursor that names nothing", async () => {
      expect(await numbers({ after: "session_nobody" })).toEqual([]);
    });
  });
}
