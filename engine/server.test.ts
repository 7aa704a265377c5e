import { once } from "node:events";
import net from "node:net";
import { generateJWT } from "@trigger.dev/core/v3/jwt";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { newSession, secretKey } from "./testing/engine.ts";
import { startEngineProcess, type EngineProcess } from "./testing/engine-process.ts";
import { exchange } from "./testing/fuzz/http1.ts";
import { appendInput } from "./testing/wire.ts";

const MIB = 1024 * 1024;
const headers = { authorization: `Bearer ${secretKey}` };
let engine: EngineProcess;
let streamToken: string;

beforeAll(async () => {
  engine = await startEngineProcess({ ENGINE_MAX_CONNECTIONS: "20", ENGINE_LOG_LEVEL: "debug" });
  const body = JSON.stringify(newSession("chat-1"));
  await fetch(`${engine.url}/api/v1/sessions`, { method: "POST", headers, body });
  streamToken = await generateJWT({ secretKey, payload: { sub: "env_embedded", stream: "sessions/chat-1/out" } });
}, 60_000);
afterAll(() => engine.stop());

const raw = (text: string) => exchange(engine.port, { data: Buffer.from(text) });

describe("a body that is too large", () => {
  const append =
    "POST /realtime/v1/sessions/chat-1/in/append HTTP/1.1\r\nhost: a\r\n" + `authorization: Bearer ${secretKey}\r\n`;

  it("is refused by what it announces, before a byte of it", async () => {
    expect(await raw(`${append}content-length: ${MIB + 1}\r\n\r\n`)).toMatchObject({
      status: 413,
      body: '{"error":"A record may be at most 1 MiB","ok":false}',
    });
  });

  it("is refused as soon as it is, when it announces nothing and never ends", async () => {
    const chunk = `${(64 * 1024).toString(16)}\r\n${"x".repeat(64 * 1024)}\r\n`;
    expect(await raw(`${append}transfer-encoding: chunked\r\n\r\n${chunk.repeat(17)}`)).toMatchObject({ status: 413 });
  });

  it("of exactly the limit is taken", async () => {
    const request = { method: "POST", headers, body: "x".repeat(MIB) };
    const response = await fetch(`${engine.url}/realtime/v1/sessions/chat-1/in/append`, request);
    expect(response.status).toBe(200);
  });
});

describe("a batch", () => {
  const append = (body: BodyInit, contentType: string) =>
    fetch(`${engine.url}/v1/streams/${encodeURIComponent("sessions/chat-1/out")}/records`, {
      method: "POST",
      headers: { authorization: `Bearer ${streamToken}`, "content-type": contentType },
      body,
    });
  const many = Array.from({ length: 1_001 }, () => "x");

  it.each([
    ["a record over 1 MiB in protobuf", () => new Uint8Array(appendInput("x".repeat(MIB + 1))), "application/protobuf"],
    [
      "a record over 1 MiB in JSON",
      () => JSON.stringify({ records: [{ body: "x".repeat(MIB + 1) }] }),
      "application/json",
    ],
    ["over 1000 records in protobuf", () => new Uint8Array(appendInput(...many)), "application/protobuf"],
    [
      "over 1000 records in JSON",
      () => JSON.stringify({ records: many.map((body) => ({ body })) }),
      "application/json",
    ],
  ])("with %s is refused with a sentence", async (_what, body, contentType) => {
    const response = await append(body(), contentType);
    expect(response.status).toBe(413);
    expect(await response.json()).toMatchObject({ error: expect.stringMatching(/may (be|have) at most/) as string });
  });
});

describe("what node's own parser refuses", () => {
  it.each([
    ["no HTTP", "GARBAGE\r\n\r\n", 400],
    ["headers over 16 KiB", `GET / HTTP/1.1\r\nhost: a\r\nx: ${"y".repeat(20_000)}\r\n\r\n`, 431],
    ["no host", "GET /healthz HTTP/1.1\r\n\r\n", 400],
    ["an expectation", "GET /healthz HTTP/1.1\r\nhost: a\r\nexpect: x\r\n\r\n", 417],
    ["a tunnel", "CONNECT a:1 HTTP/1.1\r\nhost: a\r\n\r\n", 405],
    ["another socket", "GET /x HTTP/1.1\r\nhost: a\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n", 404],
  ])("is answered in JSON: %s", async (_what, text, status) => {
    const answer = await raw(text);
    expect(answer).toMatchObject({ status, contentType: "application/json" });
    expect(JSON.parse(answer?.body ?? "")).toEqual({ error: expect.any(String) as string });
  });
});

describe("connections", () => {
  it("beyond the limit are told so, and there is room again when others leave", async () => {
    const held = Array.from({ length: 21 }, () => net.connect(engine.port, "127.0.0.1"));
    await Promise.all(held.map((socket) => once(socket, "connect")));
    const answer = await raw("GET /healthz HTTP/1.1\r\nhost: a\r\n\r\n");
    expect(answer).toMatchObject({
      status: 503,
      body: '{"error":"The engine has its limit of 20 connections open"}',
    });
    for (const socket of held) socket.destroy();
    await vi.waitFor(
      async () => expect(await raw("GET /healthz HTTP/1.1\r\nhost: a\r\n\r\n")).toMatchObject({ status: 200 }),
      { timeout: 10_000 },
    );
  });
});

describe("a request's id", () => {
  const lines = (id: string) =>
    engine.lines.filter((line) => line.includes(id)).map((line) => JSON.parse(line) as Record<string, unknown>);

  it("is the one it came with, in the answer and in each log line, beside the session it is about", async () => {
    const response = await fetch(`${engine.url}/api/v1/sessions/chat-9`, {
      headers: { ...headers, "x-request-id": "from-outside" },
    });
    expect(response.headers.get("x-request-id")).toBe("from-outside");
    await vi.waitFor(() => expect(lines("from-outside")).toHaveLength(1), { timeout: 10_000 });
    expect(lines("from-outside")[0]).toMatchObject({
      request: "from-outside",
      session: "chat-9",
      status: 404,
      msg: "request",
    });
  });

  it("is made when there is none, or none that may stand in a log", async () => {
    const ids = await Promise.all(
      [undefined, { "x-request-id": 'a"b' }, { "x-request-id": "x".repeat(200) }].map(async (more) => {
        const response = await fetch(`${engine.url}/healthz`, { headers: more });
        return response.headers.get("x-request-id");
      }),
    );
    expect(ids).toEqual(Array(3).fill(expect.stringMatching(/^[\da-f-]{36}$/)));
    expect(new Set(ids).size).toBe(3);
  });

  it("is on the lines that are written deep inside, too", async () => {
    const body = { localOnly: true, engine: "V2", metadata: { packageVersion: "1", contentHash: "h", tasks: [] } };
    const request = { method: "POST", headers: { ...headers, "x-request-id": "build" }, body: JSON.stringify(body) };
    expect((await fetch(`${engine.url}/api/v1/projects/p/background-workers`, request)).status).toBe(200);
    await vi.waitFor(() => expect(lines("build").map((line) => line.msg)).toEqual(["worker registered", "request"]), {
      timeout: 10_000,
    });
  });
});
