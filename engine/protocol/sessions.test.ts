import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTestEngine, message, newSession, type TestEngine } from "../testing/engine.ts";

let engine: TestEngine;
beforeAll(async () => void (engine = await createTestEngine()));
afterAll(() => engine.stop());

type Item = { id: string; externalId: string; runId: string; publicAccessToken: string; isCached: boolean };
const create = async (externalId: string, more: object = {}) =>
  (await (await engine.call("POST", "/api/v1/sessions", newSession(externalId, more))).json()) as Item;

const list = async (query: Record<string, string>) => {
  const response = await engine.call("GET", `/api/v1/sessions?${new URLSearchParams(query)}`);
  return (await response.json()) as { data: Item[]; pagination: { next?: string; previous?: string } };
};

describe("creating a session", () => {
  it("answers 201 the first time and 200 with the same run after that", async () => {
    const first = await engine.call("POST", "/api/v1/sessions", newSession("created"));
    const again = await engine.call("POST", "/api/v1/sessions", newSession("created"));
    expect([first.status, again.status]).toEqual([201, 200]);
    const [one, two] = [(await first.json()) as Item, (await again.json()) as Item];
    expect(two.runId).toBe(one.runId);
    expect([one.isCached, two.isCached]).toEqual([false, true]);
  });

  it.each([
    ["without a task", { taskIdentifier: undefined }],
    ["with an id that is reserved", { externalId: "session_mine" }],
    ["with an empty id", { externalId: " " }],
    ["without a trigger configuration", { triggerConfig: undefined }],
  ])("is refused %s", async (_name, broken) => {
    const response = await engine.call("POST", "/api/v1/sessions", { ...newSession("broken"), ...broken });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: expect.stringContaining("Invalid input") });
  });

  it("is refused when the body is not JSON", async () => {
    expect((await engine.call("POST", "/api/v1/sessions", "{")).status).toBe(400);
  });
});

describe("listing sessions", () => {
  beforeAll(async () => {
    for (const n of [1, 2, 3, 4, 5]) await create(`listed-${n}`, { tags: ["user:a", n > 3 ? "late" : "early"] });
    await create("listed-other", { tags: ["user:b"], type: "other" });
  });
  const names = (page: { data: Item[] }) => page.data.map((item) => item.externalId);

  it("gives the newest first, by tag, type and id", async () => {
    expect(names(await list({ "filter[tags]": "user:a" }))).toEqual([5, 4, 3, 2, 1].map((n) => `listed-${n}`));
    expect(names(await list({ "filter[tags]": "late,user:b" }))).toEqual(["listed-other", "listed-5", "listed-4"]);
    expect(names(await list({ "filter[type]": "other" }))).toEqual(["listed-other"]);
    expect(names(await list({ "filter[externalId]": "listed-2" }))).toEqual(["listed-2"]);
    expect(names(await list({ "filter[status]": "CLOSED,EXPIRED" }))).toEqual([]);
  });

  it("gives pages forwards and back", async () => {
    const query = { "filter[tags]": "user:a", "page[size]": "2" };
    const first = await list(query);
    expect(names(first)).toEqual(["listed-5", "listed-4"]);
    expect(first.pagination.previous).toBeUndefined();
    const second = await list({ ...query, "page[after]": first.pagination.next ?? "" });
    expect(names(second)).toEqual(["listed-3", "listed-2"]);
    const third = await list({ ...query, "page[after]": second.pagination.next ?? "" });
    expect(names(third)).toEqual(["listed-1"]);
    expect(third.pagination.next).toBeUndefined();
    const back = await list({ ...query, "page[before]": third.pagination.previous ?? "" });
    expect(names(back)).toEqual(["listed-3", "listed-2"]);
  });

  it.each([
    ["a page over 100", { "page[size]": "101" }],
    ["an unknown status", { "filter[status]": "ASLEEP" }],
    ["both cursors", { "page[after]": "a", "page[before]": "b" }],
    ["an unreadable period", { "filter[createdAt][period]": "soon" }],
  ])("refuses %s", async (_name, query) => {
    expect((await engine.call("GET", `/api/v1/sessions?${new URLSearchParams(query as never)}`)).status).toBe(400);
  });
});

describe("one session", () => {
  it("is found by either of its names, changed, and closed for good", async () => {
    const { id } = await create("one");
    expect(await (await engine.call("GET", `/api/v1/sessions/${id}`)).json()).toMatchObject({ externalId: "one" });
    const patched = await engine.call("PATCH", "/api/v1/sessions/one", { tags: ["new"], metadata: { a: 1 } });
    expect(await patched.json()).toMatchObject({ tags: ["new"], metadata: { a: 1 } });

    const closed = await engine.call("POST", "/api/v1/sessions/one/close", { reason: "enough" });
    expect(await closed.json()).toMatchObject({ closedReason: "enough", closedAt: expect.any(String) });
    const append = await engine.call("POST", "/realtime/v1/sessions/one/in/append", message("too late"));
    expect(append.status).toBe(409);
    // Without this header the client repeats a conflict for nine seconds.
    expect(append.headers.get("x-should-retry")).toBe("false");
    expect(await append.json()).toMatchObject({ ok: false, code: "session_closed", closedReason: "enough" });
    const restart = await engine.call("POST", "/api/v1/sessions", newSession("one"));
    expect([restart.status, restart.headers.get("x-should-retry")]).toEqual([409, "false"]);
  });

  it("that does not exist is 404 everywhere", async () => {
    for (const [method, path] of [
      ["GET", "/api/v1/sessions/nobody"],
      ["PATCH", "/api/v1/sessions/nobody"],
      ["POST", "/api/v1/sessions/nobody/close"],
      ["GET", "/api/v1/sessions/nobody/snapshot-url"],
      ["GET", "/realtime/v1/sessions/nobody/out"],
      ["PUT", "/realtime/v1/sessions/nobody/out"],
      ["POST", "/realtime/v1/sessions/nobody/in/append"],
      ["GET", "/realtime/v1/sessions/nobody/out/records"],
    ] as const)
      expect([path, (await engine.call(method, path, method === "GET" ? undefined : "{}")).status]).toEqual([
        path,
        404,
      ]);
  });
});
