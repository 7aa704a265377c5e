import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTestEngine, newSession, type TestEngine } from "../testing/engine.ts";

let engine: TestEngine;

beforeAll(async () => {
  engine = await createTestEngine();
});
afterAll(() => engine.stop());

const get = async (path: string) => {
  const response = await engine.call("GET", path);
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
};

describe("the status", () => {
  it("counts sessions, runs and what waits in the queue, and since when", async () => {
    for (const name of ["a", "b", "c"]) await engine.call("POST", "/api/v1/sessions", newSession(name));
    await engine.call("POST", "/api/v1/sessions/c/close", {});
    const session = (await get("/api/v1/sessions/b")).body;
    await engine.call("POST", `/api/v2/runs/${String(session.currentRunId)}/cancel`, {});
    engine.advance(90_000);
    expect(await get("/engine/v1/status")).toMatchObject({
      status: 200,
      body: {
        version: expect.stringMatching(/^\d+\.\d+\.\d+$/) as string,
        protocol: "4.8.3",
        missing: ["No worker asks for runs."],
        sessions: { open: 2, live: 2 },
        runs: { PENDING: 2, CANCELED: 1 },
        queue: { length: 2, oldestSeconds: 90 },
      },
    });
  });
});

describe("readiness", () => {
  it("names what is missing, and nothing when a worker asks for runs", async () => {
    expect(await get("/readyz")).toEqual({
      status: 503,
      body: { ok: false, postgres: true, worker: false, open: true, missing: ["No worker asks for runs."] },
    });
    engine.link.socketOpened();
    engine.link.polled("worker_x");
    expect(await get("/readyz")).toMatchObject({ status: 200, body: { ok: true, missing: [] } });
    expect((await engine.call("GET", "/healthz")).status).toBe(200);
  });

  it("says that the database does not answer", async () => {
    const silent = await createTestEngine();
    silent.store.ping = () => new Promise(() => undefined);
    const response = await silent.call("GET", "/readyz");
    await silent.stop();
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({
      postgres: false,
      missing: ["Postgres does not answer.", expect.anything()],
    });
  });
});
