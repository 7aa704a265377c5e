import { serializeTranscriptSnapshot } from "@trigger.dev/core/v3";
import { SessionTranscriptResponseBody } from "@trigger.dev/core/v3/schemas";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTestEngine, newSession, type TestEngine } from "../testing/engine.ts";

let engine: TestEngine;
beforeAll(async () => void (engine = await createTestEngine()));
afterAll(() => engine.stop());

async function start(): Promise<string> {
  const chat = crypto.randomUUID();
  await engine.call("POST", "/api/v1/sessions", newSession(chat));
  return chat;
}

async function store(chat: string, ids: string[]): Promise<void> {
  const { presignedUrl } = await json(await engine.call("PUT", `/api/v1/sessions/${chat}/snapshot-url`));
  const { pathname, search } = new URL(String(presignedUrl));
  const body = serializeTranscriptSnapshot({
    version: 2,
    savedAt: 1,
    messages: ids.map((id) => ({ id, final: true, message: { id, role: "user" as const, parts: [] } })),
    state: { secret: "of the runtime" },
    lastOutEventId: "7",
    lastInEventId: "3",
  });
  expect((await engine.call("PUT", pathname + search, body, {})).status).toBe(200);
}

const json = async (response: Response) => (await response.json()) as Record<string, unknown>;

async function page(chat: string, query = "") {
  const response = await engine.call("GET", `/api/v1/sessions/${chat}/transcript${query}`);
  expect(response.status).toBe(200);
  const text = await response.text();
  expect(text).not.toContain("secret");
  const { messages, ...rest } = SessionTranscriptResponseBody.parse(JSON.parse(text));
  return { ids: messages.map((message) => (message as { id: string }).id), ...rest };
}

describe("the transcript of a session whose agent brings no storage", () => {
  it("is empty before the first turn", async () => {
    expect(await page(await start())).toEqual({ ids: [] });
  });

  it("comes in pages, the newest first, and without the runtime's state", async () => {
    const chat = await start();
    await store(chat, ["a", "b", "c", "d", "e"]);
    const cursors = { lastOutEventId: "7", lastInEventId: "3" };
    expect(await page(chat)).toEqual({ ids: ["a", "b", "c", "d", "e"], cursors });
    expect(await page(chat, "?limit=2")).toEqual({ ids: ["d", "e"], cursors, nextCursor: "d" });
    expect(await page(chat, "?limit=2&before=d")).toEqual({ ids: ["b", "c"], cursors, nextCursor: "b" });
    expect(await page(chat, "?limit=2&before=b")).toEqual({ ids: ["a"], cursors });
    expect(await page(chat, "?limit=2&before=gone")).toEqual({ ids: [], cursors });
  });

  it("refuses a page of no size, an unknown session, and a browser", async () => {
    const chat = await start();
    const status = async (path: string, headers?: Record<string, string>) =>
      (await engine.call("GET", path, undefined, headers)).status;
    expect(await status(`/api/v1/sessions/${chat}/transcript?limit=0`)).toBe(400);
    expect(await status(`/api/v1/sessions/${chat}/transcript?limit=many`)).toBe(400);
    expect(await status("/api/v1/sessions/nobody/transcript")).toBe(404);
    expect(await status(`/api/v1/sessions/${chat}/transcript`, {})).toBe(401);
  });
});
