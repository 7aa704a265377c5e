import { once } from "node:events";
import http2 from "node:http2";
import { generateJWT } from "@trigger.dev/core/v3/jwt";
import pg from "pg";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { newSession, secretKey } from "./testing/engine.ts";
import { startEngineProcess, type EngineProcess } from "./testing/engine-process.ts";
import { encodeFrame } from "./protocol/s2-frames.ts";
import { appendInput } from "./testing/wire.ts";

let engine: EngineProcess;
const headers = { authorization: `Bearer ${secretKey}` };

beforeEach(async () => {
  engine = await startEngineProcess();
  for (const name of ["a", "b", "c"]) {
    await fetch(`${engine.url}/api/v1/sessions`, { method: "POST", headers, body: JSON.stringify(newSession(name)) });
  }
}, 60_000);
afterEach(() => engine.stop());

/** Appends to a session's input until the engine does not take any more. Calls `acknowledged` with the id of each. */
async function appendInputs(session: string, acknowledged: (id: string) => void): Promise<void> {
  for (let number = 0; ; number++) {
    const id = `${session}-in-${number}`;
    const request = { method: "POST", headers: { ...headers, "x-part-id": id }, body: '{"kind":"x"}' };
    const response = await fetch(`${engine.url}/realtime/v1/sessions/${session}/in/append`, request).catch(() => null);
    if (!response?.ok) return;
    acknowledged(id);
  }
}

/** The same on an append session: the next frame is sent before the last one is acknowledged. */
async function appendOutputs(session: string, acknowledged: (id: string) => void): Promise<Buffer> {
  const stream = `sessions/${session}/out`;
  const token = await generateJWT({ secretKey, payload: { sub: "env_embedded", stream } });
  const connection = http2.connect(engine.url);
  connection.on("error", () => undefined);
  const append = connection.request({
    ":method": "POST",
    ":path": `/v1/streams/${encodeURIComponent(stream)}/records`,
    authorization: `Bearer ${token}`,
  });
  append.on("error", () => undefined);
  const idOf = (number: number) => `${session}-out-${number}`;
  const send = (number: number) => {
    const body = appendInput(JSON.stringify({ data: 1, id: idOf(number) }));
    if (append.writable) append.write(encodeFrame(body));
  };
  let received: Buffer = Buffer.alloc(0);
  let count = 0;
  append.on("data", (chunk: Buffer) => {
    received = Buffer.concat([received, chunk]);
    while (received.length >= 4 && received.length >= 3 + received.readUIntBE(0, 3) && received.readUInt8(3) === 0) {
      received = received.subarray(3 + received.readUIntBE(0, 3));
      acknowledged(idOf(count));
      count += 1;
      send(count + 3);
    }
  });
  for (let number = 0; number < 4; number++) send(number);
  await once(append, "close");
  connection.destroy();
  return received;
}

async function stored(): Promise<Set<string>> {
  const client = new pg.Client({ connectionString: engine.databaseUrl });
  await client.connect();
  const { rows } = await client.query<{ record_id: string }>("select record_id from engine.record");
  await client.end();
  return new Set(rows.map((row) => row.record_id));
}

describe("SIGTERM", { timeout: 30_000 }, () => {
  it("in a flood of appends: each acknowledged one is stored, nobody hangs", async () => {
    const acknowledged: string[] = [];
    let isFlooded: () => void = () => undefined;
    const flood = new Promise<void>((resolve) => (isFlooded = resolve));
    const count = (id: string) => {
      acknowledged.push(id);
      if (acknowledged.length === 300) isFlooded();
    };
    const writers = [
      ...["a", "b", "c", "a", "b", "c"].map((session, index) =>
        appendInputs(session, index < 3 ? count : () => undefined),
      ),
      ...["a", "b", "c"].map((session) => appendOutputs(session, count)),
    ];
    await flood;
    const startedAt = Date.now();
    const code = await engine.end("SIGTERM");
    const lastWords = (await Promise.all(writers)).filter((words): words is Buffer => words instanceof Buffer);
    expect(code).toBe(0);
    expect(Date.now() - startedAt).toBeLessThan(4_000);
    const kept = await stored();
    expect(acknowledged.filter((id) => !kept.has(id))).toEqual([]);
    // Each append session was told why: a terminal frame with the status 503.
    expect(lastWords.map((words) => [words.readUInt8(3), words.readUInt16BE(4)])).toEqual(Array(3).fill([0x80, 503]));
  });

  it("breaks streams off without saying that they are over, so that their readers resume", async () => {
    const response = await fetch(`${engine.url}/realtime/v1/sessions/a/out`, { headers });
    const reading = (async () => {
      let text = "";
      const decoder = new TextDecoder();
      try {
        for await (const chunk of response.body ?? []) text += decoder.decode(chunk as Uint8Array);
        return `ended: ${text}`;
      } catch {
        return `broke off: ${text}`;
      }
    })();
    const presence = await fetch(`${engine.url}/engine/v1/dev/presence`, { headers });
    const presences = presence.text();
    expect(await engine.end("SIGTERM")).toBe(0);
    expect(await reading).toMatch(/^broke off: event: ping/);
    expect(await presences).toMatch(/presence/);
  });

  it("waits for nobody who never finishes a request", async () => {
    const half = http2.connect(engine.url);
    half.on("error", () => undefined);
    await once(half, "connect");
    const startedAt = Date.now();
    expect(await engine.end("SIGTERM")).toBe(0);
    expect(Date.now() - startedAt).toBeLessThan(7_000);
    half.destroy();
  });
});
