import { ReadSessionStreamRecordsResponseBody } from "@trigger.dev/core/v3/schemas";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { appendOutput, trimOutput } from "../flow/output.ts";
import { streamName } from "../store/streams.ts";
import { createTestEngine, message, newSession, turnComplete, type TestEngine } from "../testing/engine.ts";
import { secretKey } from "../testing/engine.ts";

let engine: TestEngine;
beforeAll(async () => void (engine = await createTestEngine()));
afterAll(() => engine.stop());

let session: string;
const base = () => `/realtime/v1/sessions/${session}`;
const start = async () => {
  session = crypto.randomUUID();
  await engine.call("POST", "/api/v1/sessions", newSession(session));
};
const write = (...texts: string[]) =>
  appendOutput(
    engine,
    streamName(session, "out"),
    texts.map((text) => ({
      body: JSON.stringify({ data: { text }, id: `${session}-${text}` }),
      id: `${session}-${text}`,
    })),
  );
const endTurn = () => appendOutput(engine, streamName(session, "out"), [{ body: "", headers: turnComplete(0) }]);

/** Reads events until `until` says so, or the server ends the response; the texts of the records seen. */
async function follow(headers: Record<string, string>, until: (texts: string[]) => boolean = () => false) {
  const leave = new AbortController();
  const response = await engine.app.request(`${base()}/out`, {
    headers: { authorization: `Bearer ${secretKey}`, ...headers },
    signal: leave.signal,
  });
  const texts: string[] = [];
  let rest = "";
  for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    const events = (rest + chunk).split("\n\n");
    rest = events.pop() ?? "";
    for (const event of events) {
      const data = /^data: (.*)$/m.exec(event)?.[1] ?? "";
      if (!event.startsWith("event: batch")) continue;
      const { records } = JSON.parse(data) as { records: { body: string }[] };
      texts.push(
        ...records.map(({ body }) => (body ? (JSON.parse(body) as { data: { text: string } }).data.text : "END")),
      );
    }
    if (until(texts)) break;
  }
  leave.abort();
  return { texts, headers: response.headers };
}

describe("reading a stream", () => {
  it("replays what is there and follows what comes, without a gap", async () => {
    await start();
    await write("1", "2");
    const reading = follow({}, (texts) => texts.length >= 400);
    for (let n = 3; n <= 399; n += 3) await write(`${n}`, `${n + 1}`, `${n + 2}`);
    const { texts, headers } = await reading;
    expect(texts.slice(0, 400)).toEqual(Array.from({ length: 400 }, (_, index) => `${index + 1}`));
    expect(headers.get("x-stream-version")).toBe("v2");
  });

  it("goes on after the last event a reader has", async () => {
    await start();
    await write("1", "2", "3");
    expect((await follow({ "last-event-id": "1" }, (texts) => texts.length > 0)).texts).toEqual(["3"]);
  });

  it.each(["0,1,2", "-1", "abc", ""])("starts at the beginning when the last event is %j", async (lastEventId) => {
    await start();
    await write("1", "2");
    const { texts } = await follow({ "last-event-id": lastEventId }, (seen) => seen.length > 0);
    expect(texts).toEqual(["1", "2"]);
  });

  it("ends by itself when its time is up", async () => {
    await start();
    await write("1");
    expect((await follow({ "timeout-seconds": "1" })).texts).toEqual(["1"]);
  });

  it("tells a page at once when no turn is under way, in this stream and no other", async () => {
    await start();
    await write("1");
    await endTurn();
    const settled = await follow({ "x-peek-settled": "1" });
    expect(settled.texts).toEqual(["1", "END"]);
    expect(settled.headers.get("x-session-settled")).toBe("true");

    await start();
    const empty = await follow({ "x-peek-settled": "1", "timeout-seconds": "1" });
    expect(empty.headers.get("x-session-settled")).toBeNull();
    await write("1");
    await endTurn();
    await write("2");
    const live = await follow({ "x-peek-settled": "1" }, (texts) => texts.length === 3);
    expect(live.headers.get("x-session-settled")).toBeNull();
  });

  it("skips what was trimmed, a little later", async () => {
    await start();
    await write("1", "2", "3");
    await trimOutput(engine, streamName(session, "out"), 2);
    await engine.store.streams.deleteTrimmed(engine.now());
    const records = async () =>
      (await (await engine.call("GET", `${base()}/out/records`)).json()) as { records: unknown[] };
    expect((await records()).records).toHaveLength(3);
    engine.advance(4_000);
    await engine.store.streams.deleteTrimmed(engine.now());
    expect((await records()).records).toMatchObject([{ data: { text: "3" }, seqNum: 2 }]);
  });
});

describe("reading what is in a stream, at once", () => {
  it("gives every record in the shape that the SDK takes, the end of a turn too", async () => {
    await start();
    await write("1");
    await endTurn();
    await appendOutput(engine, streamName(session, "out"), [{ body: '{"data":null,"id":"nothing"}' }]);
    const answered = await (await engine.call("GET", `${base()}/out/records`)).json();
    const { records } = ReadSessionStreamRecordsResponseBody.parse(answered);
    expect(records.map(({ data, headers }) => [data, headers])).toEqual([
      [{ text: "1" }, undefined],
      ["", turnComplete(0)],
      [null, undefined],
    ]);
  });
});

describe("appending", () => {
  it("gives a batch that is sent again the positions it has", async () => {
    await start();
    const first = await write("1", "2");
    expect(await write("1", "2")).toMatchObject({ startSeq: first.startSeq, endSeq: first.endSeq });
    expect(await write("3")).toMatchObject({ startSeq: 2, endSeq: 3 });
  });

  it("takes a record of up to 1 MiB", async () => {
    await start();
    const append = (size: number) => engine.call("POST", `${base()}/in/append`, message("x".repeat(size)));
    expect((await append(1_000_000)).status).toBe(200);
    const refused = await append(1_100_000);
    expect(refused.status).toBe(413);
    expect(await refused.json()).toMatchObject({ ok: false });
  });

  it("refuses an empty body and an unknown stream", async () => {
    await start();
    expect((await engine.call("POST", `${base()}/in/append`, "")).status).toBe(400);
    expect((await engine.call("POST", `${base()}/sideways/append`, "x")).status).toBe(404);
  });

  it("keeps text that Postgres could not: a NUL, halves of an emoji", async () => {
    await start();
    const odd = `{"kind":"message","text":"a\\u0000b \\ud83d"}`;
    expect((await engine.call("POST", `${base()}/in/append`, odd)).status).toBe(200);
    const { records } = (await (await engine.call("GET", `${base()}/in/records`)).json()) as {
      records: { data: string }[];
    };
    expect(records[0]?.data).toBe(odd);
  });
});

describe("a browser's preflight", () => {
  it("is answered with every header the transport sends, by name", async () => {
    const preflight = await engine.app.request(`${base()}/in/append`, {
      method: "OPTIONS",
      headers: {
        origin: "https://app.example",
        "access-control-request-method": "POST",
        "access-control-request-headers": "authorization,content-type,x-part-id,x-trigger-source",
      },
    });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get("access-control-allow-headers")).toBe(
      "authorization,content-type,x-part-id,x-trigger-source,timeout-seconds,last-event-id,x-peek-settled",
    );
  });
});
