import { ApiClient, SessionStreamInstance, trimSessionStream, writeSessionControlRecord } from "@trigger.dev/core/v3";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { freePort } from "../../tests/support/ports.ts";
import * as core from "../core/run.ts";
import { changeRun } from "../flow/end-run.ts";
import { appendInput } from "../flow/input.ts";
import { loseRuns } from "../flow/lose-runs.ts";
import { createServer, type EngineServer } from "../server.ts";
import { toState, type Run } from "../store/runs.ts";
import { streamName } from "../store/streams.ts";
import { createTestEngine, message, newSession, secretKey, turnComplete, type TestEngine } from "../testing/engine.ts";

let engine: TestEngine;
let server: EngineServer;
let url: string;
beforeAll(async () => {
  const port = await freePort();
  engine = await createTestEngine({ ENGINE_PORT: String(port) });
  server = createServer(engine, engine.app);
  await server.listen();
  url = `http://127.0.0.1:${port}`;
});
afterAll(async () => {
  await server.close(1000);
  await engine.stop();
});

let chat: string;
let run: Run;
let snapshotId: string;

beforeEach(async () => {
  chat = crypto.randomUUID();
  const response = await engine.call("POST", "/api/v1/sessions", newSession(chat));
  run = await execute(((await response.json()) as { runId: string }).runId);
  snapshotId = run.snapshot_id;
});

async function execute(id: string): Promise<Run> {
  await changeRun(engine, id, (locked) => core.dequeue(toState(locked), engine.now()));
  const started = await changeRun(engine, id, (locked) => core.startAttempt(toState(locked), engine.now(), 30_000));
  if (!started) throw new Error("the run did not start");
  return started;
}

/** The worker of the run falls silent while a question is open, and the next run takes over. */
async function replace(): Promise<Run> {
  await appendInput(engine, chat, message("question"));
  await loseRuns(engine, [run.id]);
  const session = await engine.store.sessions.find(chat);
  expect(session?.current_run_id).not.toBe(run.id);
  return execute(session?.current_run_id ?? "");
}

/** What the SDK sends with each request in a task. */
const headersOf = (one: Run) => ({
  authorization: `Bearer ${secretKey}`,
  "x-trigger-worker": "true",
  traceparent: one.traceparent,
});
const sdkOf = (one: Run) =>
  new ApiClient(url, secretKey, undefined, {
    additionalHeaders: { "x-trigger-worker": "true", traceparent: one.traceparent },
    retry: { maxAttempts: 1 },
  });

async function tokenOf(headers: Record<string, string>): Promise<string> {
  const response = await engine.call("PUT", `/realtime/v1/sessions/${chat}/out`, undefined, headers);
  expect(response.status).toBe(202);
  return response.headers.get("x-s2-access-token") ?? "";
}
const appendWith = (token: string, body: unknown, contentType = "application/json") =>
  engine.call("POST", `/v1/streams/${encodeURIComponent(streamName(chat, "out"))}/records`, body, {
    authorization: `Bearer ${token}`,
    "content-type": contentType,
  });
const log = async () =>
  (await engine.store.streams.read(streamName(chat, "out"), 0)).map(({ body }) => {
    const { data } = (body ? JSON.parse(body) : {}) as { data?: string };
    return data ?? "control";
  });

/** Chunks on their way through the SDK's own writer, over HTTP/2. */
function writeChunks(one: Run) {
  let feed: ReadableStreamDefaultController<string> | undefined;
  const source = new ReadableStream<string>({ start: (controller) => void (feed = controller) });
  const instance = new SessionStreamInstance({
    apiClient: sdkOf(one),
    baseUrl: url,
    sessionId: chat,
    io: "out",
    source,
  });
  // Nobody reads the copy that the writer keeps for its caller.
  const end = instance.wait();
  end.catch(() => undefined);
  return {
    async write(chunk: string) {
      const arrived = new Promise<void>((resolve) => {
        const stop = engine.signals.onAppended(streamName(chat, "out"), () => (stop(), resolve()));
      });
      feed?.enqueue(chunk);
      await Promise.race([arrived, end]);
    },
    send: (chunk: string) => feed?.enqueue(chunk),
    close: () => feed?.close(),
    end,
  };
}

describe("a run that was replaced", () => {
  it("cannot go on with an answer, and does not try for ever", async () => {
    const writer = writeChunks(run);
    await writer.write("half an");
    await replace();
    writer.send("answer");
    writer.close();
    await expect(writer.end).rejects.toThrow(/fencing token mismatch/i);
    expect(await log()).toEqual(["half an"]);
  });

  it("cannot end its turn with a token it has, nor claim that anything is answered", async () => {
    const token = await tokenOf(headersOf(run));
    await replace();
    const refused = await appendWith(token, { records: [{ body: "", headers: turnComplete(0) }] });
    expect(refused.status).toBe(412);
    expect(await refused.json()).toMatchObject({ fencing_token_mismatch: expect.any(String) });
    expect((await engine.store.sessions.find(chat))?.answered_in_seq).toBeNull();
    expect(await log()).toEqual([]);
  });

  it("cannot trim what its successor writes", async () => {
    const token = await tokenOf(headersOf(run));
    const next = await replace();
    const writer = writeChunks(next);
    await writer.write("new");
    writer.close();
    await writer.end;
    // AppendInput { records: [{ headers: [{ name: "", value: "trim" }], body: <8 bytes: 1> }] }
    const trim = Buffer.from("0a14" + "1208" + "0a00" + "12047472696d" + "1a08" + "0000000000000001", "hex");
    const refused = await engine.app.request(`/v1/streams/${encodeURIComponent(streamName(chat, "out"))}/records`, {
      method: "POST",
      body: trim,
      headers: { authorization: `Bearer ${token}`, "content-type": "application/protobuf" },
    });
    expect(refused.status).toBe(412);
    engine.advance(10_000);
    await engine.store.streams.deleteTrimmed(engine.now());
    expect(await log()).toEqual(["new"]);
  });

  it("has written before its successor is there, or not at all: who takes over waits for what is under way", async () => {
    await appendInput(engine, chat, message("question"));
    const current = async () => (await engine.store.sessions.find(chat))?.current_run_id;
    const { lost } = await engine.store.transaction(async (tx) => {
      await tx.streams.lock(streamName(chat, "out"));
      const lost = loseRuns(engine, [run.id]);
      for (let round = 0; round < 10; round += 1) expect(await current()).toBe(run.id);
      return { lost };
    });
    await lost;
    expect(await current()).not.toBe(run.id);
  });

  it("gets no new token, and the SDK's calls fail", async () => {
    await replace();
    const refused = await engine.call("PUT", `/realtime/v1/sessions/${chat}/out`, undefined, headersOf(run));
    // Without this header the client repeats a conflict for nine seconds.
    expect([refused.status, refused.headers.get("x-should-retry")]).toEqual([409, "false"]);
    await expect(writeSessionControlRecord(sdkOf(run), chat, "out", "turn-complete")).rejects.toThrow("taken over");
    await expect(trimSessionStream(sdkOf(run), chat, 1)).rejects.toThrow("taken over");
    await expect(sdkOf(run).appendToSessionStream(chat, "in", message("mine"))).rejects.toThrow("taken over");
    expect(await engine.store.streams.nextSeq(streamName(chat, "in"))).toBe(1);
  });

  it.each([
    ["POST", "/realtime/v1/sessions/CHAT/out/append", "text"],
    ["POST", "/realtime/v1/sessions/CHAT/in/append", message("mine")],
    ["PATCH", "/api/v1/sessions/CHAT", { tags: ["mine"] }],
    ["POST", "/api/v1/sessions/CHAT/close", { reason: "mine" }],
    ["PUT", "/api/v1/sessions/CHAT/snapshot-url", undefined],
    ["POST", "/api/v1/runs/RUN/session-streams/wait", { session: "CHAT", io: "in" }],
    ["POST", "/engine/v1/dev/runs/RUN/snapshots/SNAPSHOT/attempts/start", {}],
    ["POST", "/engine/v1/dev/runs/RUN/snapshots/SNAPSHOT/attempts/complete", completion()],
    ["POST", "/engine/v1/dev/runs/RUN/snapshots/SNAPSHOT/heartbeat", { cpu: 0, memory: 0 }],
  ])("is refused by %s %s", async (method, path, body) => {
    await replace();
    const fill = (text: string) => text.replace("CHAT", chat).replace("RUN", run.id).replace("SNAPSHOT", snapshotId);
    const before = await everything();
    const sent = body === undefined ? undefined : JSON.parse(fill(JSON.stringify(body)));
    const refused = await engine.call(method, fill(path), sent, headersOf(run));
    expect([refused.status, refused.headers.get("x-should-retry")]).toEqual([409, "false"]);
    expect(await everything()).toEqual(before);
  });

  it("cannot write the transcript to an address it was given before", async () => {
    const address = async (one: Run) => {
      const response = await engine.call("PUT", `/api/v1/sessions/${chat}/snapshot-url`, undefined, headersOf(one));
      return new URL(((await response.json()) as { presignedUrl: string }).presignedUrl);
    };
    const put = async ({ pathname, search }: URL, body: string) =>
      (await engine.app.request(pathname + search, { method: "PUT", body })).status;
    const old = await address(run);
    expect(await put(old, "old")).toBe(200);
    const current = await address(await replace());
    expect(await put(current, "new")).toBe(200);
    expect(await put(old, "old again")).toBe(409);
    const kept = await engine.app.request(current.pathname + current.search);
    expect(await kept.text()).toBe("new");
  });

  it("cannot stop at a waitpoint it made before", async () => {
    const made = await engine.call("POST", `/api/v1/runs/${run.id}/session-streams/wait`, { session: chat, io: "in" });
    const { waitpointId } = (await made.json()) as { waitpointId: string };
    await replace();
    const refused = await engine.call("POST", `/engine/v1/runs/${run.id}/waitpoints/tokens/${waitpointId}/wait`);
    expect(refused.status).toBe(409);
  });
});

describe("not refused", () => {
  it("is a run that hands its session on while it is live: it may finish what it has to say", async () => {
    const writer = writeChunks(run);
    await writer.write("first");
    await engine.store.transaction(async (tx) => {
      const session = await tx.sessions.findAndLock(chat);
      const next = await tx.runs.insert({ ...newRun, sessionId: session?.id ?? "", availableAt: engine.now() });
      await tx.sessions.update(session?.id ?? "", { current_run_id: next.id });
    });
    await writer.write("last");
    writer.close();
    await writer.end;
    await writeSessionControlRecord(sdkOf(run), chat, "out", "upgrade-required");
    expect(await log()).toEqual(["first", "last", "control"]);
  });

  it("is the web server, which names no run: its head start is written before a run has begun, and beside one", async () => {
    const token = await tokenOf({ authorization: `Bearer ${secretKey}` });
    const step = { records: [{ body: JSON.stringify({ data: "step" }) }] };
    expect((await appendWith(token, step)).status).toBe(200);
    await replace();
    expect((await appendWith(token, step)).status).toBe(200);
    const traced = { authorization: `Bearer ${secretKey}`, traceparent: run.traceparent };
    expect((await engine.call("PUT", `/realtime/v1/sessions/${chat}/out`, undefined, traced)).status).toBe(202);
  });

  it("is a run of another session, over or not: a parent that writes to its sub-agent", async () => {
    const parent = run;
    chat = crypto.randomUUID();
    await engine.call("POST", "/api/v1/sessions", newSession(chat));
    const append = () =>
      engine.call("POST", `/realtime/v1/sessions/${chat}/in/append`, message("task"), headersOf(parent));
    expect((await append()).status).toBe(200);
  });
});

const newRun = { task: "chat", payload: {}, tags: [] };

function completion() {
  return { completion: { ok: true, id: "RUN", outputType: "application/json", usage: { durationMs: 1 } } };
}

/** All that a refused write could have changed. */
async function everything() {
  const tables = ["session", "run", "snapshot", "waitpoint", "record", "stream", "snapshot_blob"];
  return Promise.all(tables.map((table) => engine.query(`select * from engine.${table} order by 1, 2`)));
}
