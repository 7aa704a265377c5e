import { configure, sessions } from "@trigger.dev/sdk";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { secretKey, startRig, type Rig } from "./harness.ts";

let rig: Rig;
/** Of the sessions of one test. */
let tag: string;

// Without a worker: nothing here waits for a run.
beforeAll(async () => {
  rig = await startRig();
  configure({ baseURL: rig.url, secretKey });
});
afterAll(() => rig.stop());
beforeEach(() => void (tag = crypto.randomUUID()));

type Start = Parameters<typeof sessions.start>[0];

const start = (more: Partial<Start> = {}) =>
  sessions.start({
    type: "chat.agent",
    externalId: crypto.randomUUID(),
    taskIdentifier: "scripted",
    triggerConfig: { basePayload: {} },
    ...more,
    tags: [tag, ...(more.tags ?? [])],
  });

type Query = NonNullable<Parameters<typeof sessions.list>[0]>;
const listed = async (query: Query = {}) => (await sessions.list({ tag, ...query })).data.map(({ id }) => id);

describe("a session", () => {
  it("is changed in what is given, and stays what it was otherwise", async () => {
    const { id, externalId } = await start({ metadata: { title: "one" }, tags: ["a"] });
    expect(await sessions.update(id, { tags: [tag, "b"] })).toMatchObject({ externalId, metadata: { title: "one" } });
    const changed = await sessions.update(externalId ?? "", { metadata: { title: "two" } });
    expect(changed).toMatchObject({ id, externalId, tags: [tag, "b"], metadata: { title: "two" } });
    expect((await sessions.update(id, { metadata: null })).metadata).toBeNull();
    expect(await sessions.retrieve(id)).toMatchObject({ tags: [tag, "b"], metadata: null, closedAt: null });
    expect((await sessions.update(id, { tags: [] })).tags).toEqual([]);
  });

  it("is found under its new name and no longer under its old one, or under none but its id", async () => {
    const { id, externalId } = await start();
    const name = crypto.randomUUID();
    await sessions.update(id, { externalId: name });
    expect((await sessions.retrieve(name)).id).toBe(id);
    await expect(sessions.retrieve(externalId ?? "")).rejects.toMatchObject({ status: 404 });
    expect((await sessions.update(name, { externalId: null })).externalId).toBeNull();
    await expect(sessions.retrieve(name)).rejects.toMatchObject({ status: 404 });
    expect((await sessions.retrieve(id)).id).toBe(id);
  });

  it("shares nothing with one that takes the name it gave up", async () => {
    const name = crypto.randomUUID();
    const first = await start({ externalId: name });
    await sessions.open(first.id).in.send({ kind: "stop", message: "of the first" });
    await sessions.update(first.id, { externalId: null });
    const second = await start({ externalId: name });
    expect(second.id).not.toBe(first.id);
    await sessions.open(name).in.send({ kind: "stop", message: "of the second" });
    const input = async (session: string) => {
      const path = `${rig.url}/realtime/v1/sessions/${session}/in/records`;
      const response = await fetch(path, { headers: { authorization: `Bearer ${secretKey}` } });
      return response.text();
    };
    expect(await input(first.id)).not.toContain("of the second");
    expect(await input(name)).not.toContain("of the first");
    expect(await input(name)).toContain("of the second");
  });

  it("is not given another's name, a reserved one, or too many tags", async () => {
    const [one, two] = [await start(), await start()];
    await expect(sessions.update(one.id, { externalId: two.externalId })).rejects.toMatchObject({ status: 409 });
    await expect(sessions.update(one.id, { externalId: "session_x" })).rejects.toMatchObject({ status: 400 });
    await expect(sessions.update(one.id, { tags: Array(11).fill("t") as string[] })).rejects.toMatchObject({
      status: 400,
    });
    await expect(sessions.update("nobody", { tags: [] })).rejects.toMatchObject({ status: 404 });
    expect((await sessions.retrieve(one.id)).externalId).toBe(one.externalId);
  });
});

describe("sessions", () => {
  it("are listed by every filter, each alone and together", async () => {
    const ordinary = await start({ tags: ["x"] });
    const other = await start({ type: "other", taskIdentifier: "brief", tags: ["y"] });
    const closed = await start();
    await sessions.close(closed.id, { reason: "over" });
    const expired = await start({ expiresAt: new Date(Date.now() - 60_000) });
    const all = [expired.id, closed.id, other.id, ordinary.id];
    expect(await listed()).toEqual(all);

    const own = async (query: Query) => (await sessions.list(query)).data.map(({ id }) => id);
    expect(await own({ tag: ["x", "y"] })).toEqual([other.id, ordinary.id]);
    expect(await listed({ type: "other" })).toEqual([other.id]);
    expect(await listed({ type: ["other", "chat.agent"] })).toEqual(all);
    expect(await listed({ taskIdentifier: ["brief", "nobody"] })).toEqual([other.id]);
    expect(await listed({ externalId: closed.externalId ?? "" })).toEqual([closed.id]);
    expect(await listed({ status: "ACTIVE" })).toEqual([other.id, ordinary.id]);
    expect(await listed({ status: "CLOSED" })).toEqual([closed.id]);
    expect(await listed({ status: "EXPIRED" })).toEqual([expired.id]);
    expect(await listed({ status: ["CLOSED", "EXPIRED"] })).toEqual([expired.id, closed.id]);
    expect(await listed({ period: "1h" })).toEqual(all);
    expect(await listed({ from: new Date(Date.now() - 3_600_000), to: Date.now() + 60_000 })).toEqual(all);
    expect(await listed({ from: other.createdAt, to: closed.createdAt, status: "ACTIVE" })).toEqual([other.id]);
    expect(await listed({ to: new Date(Date.now() - 3_600_000) })).toEqual([]);
    expect(await listed({ type: "other", status: "CLOSED" })).toEqual([]);
    await expect(sessions.list({ period: "soon" })).rejects.toMatchObject({ status: 400 });
  });

  it("come page by page, in both directions, also while others begin", async () => {
    const ids: string[] = [];
    for (let n = 0; n < 5; n += 1) ids.unshift((await start()).id);
    const all: string[] = [];
    for await (const session of sessions.list({ tag, limit: 2 })) all.push(session.id);
    expect(all).toEqual(ids);

    const first = await sessions.list({ tag, limit: 2 });
    await start();
    const second = await first.getNextPage();
    expect(second.data.map(({ id }) => id)).toEqual(ids.slice(2, 4));
    const third = await second.getNextPage();
    expect(third.data.map(({ id }) => id)).toEqual(ids.slice(4));
    expect(third.hasNextPage()).toBe(false);
    // `getPreviousPage` of a page that came after another sends both cursors, which the SDK's own schema forbids.
    expect(await listed({ limit: 2, before: third.pagination.previous })).toEqual(ids.slice(2, 4));
    expect(await listed({ limit: 2, after: ids[1] })).toEqual(ids.slice(2, 4));
    expect(await listed({ limit: 2, before: ids[2] })).toEqual(ids.slice(0, 2));
    await expect(sessions.list({ tag, after: ids[0], before: ids[1] })).rejects.toMatchObject({ status: 400 });
  });
});
