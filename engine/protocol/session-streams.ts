import { Hono, type Context } from "hono";
import { cors } from "hono/cors";
import type { Engine } from "../engine.ts";
import { notFound, ProtocolError } from "../errors.ts";
import { appendInput } from "../flow/input.ts";
import { appendOutput } from "../flow/output.ts";
import { streamName, type Io, type StreamRecord } from "../store/streams.ts";
import { requireScope, requireSecret, streamToken } from "./auth.ts";
import { MAX_RECORD_BYTES } from "./batch-limits.ts";
import { readBody } from "./body.ts";
import { namesOf } from "./sessions.ts";
import { serveStream } from "./sse.ts";
import { writerOf } from "./writer.ts";
import { storableText } from "./storable.ts";

/** Of a record's id, which its index has to hold. */
const MAX_PART_ID_CHARACTERS = 256;
/** The S2 client wants 8 to 48 lowercase letters, digits and hyphens. */
const BASIN = "skein-embedded";
/**
 * How long a writer gathers chunks before it sends a batch. One batch is one commit. At 50 tokens a second every word is
 * a batch of its own anyhow, and waits this out: 10 ms gave a median of 15 ms from the model to the page, 3 ms gives 7
 * (`npm run bench`).
 */
const FLUSH_INTERVAL_MS = "3";

/**
 * `/realtime/v1/sessions/:session`: the two streams of a session. Browsers come here, so preflights are answered:
 * headers are listed one by one because `*` does not cover `authorization`.
 */
export function sessionStreamRoutes(engine: Engine): Hono {
  const app = new Hono();

  app.use(
    cors({
      origin: "*",
      allowMethods: ["GET", "POST", "PUT"],
      allowHeaders: [
        "authorization",
        "content-type",
        "x-part-id",
        "x-trigger-source",
        "timeout-seconds",
        "last-event-id",
        "x-peek-settled",
      ],
      exposeHeaders: ["x-stream-version", "x-session-settled", "x-request-id"],
      maxAge: 600,
    }),
  );

  app.put("/:session/:io", async (c) => {
    await requireSecret(engine, c);
    const { session, io } = await reach(engine, c, "write");
    const stream = streamName(session.stream_key, io);
    return offerWriter(engine, c, stream, await writerOf(engine, c, session));
  });

  app.post("/:session/:io/append", async (c) => {
    const { session, io } = await reach(engine, c, "write");
    if (io === "out") await requireSecret(engine, c);
    const { raw, partId } = await readRecord(c);
    const writer = await writerOf(engine, c, session);
    if (io === "in") return c.json({ ok: true, seq: await appendInput(engine, session.id, raw, partId) });
    const id = partId ?? crypto.randomUUID();
    const stream = streamName(session.stream_key, io);
    const ack = await appendOutput(engine, stream, [{ body: JSON.stringify({ data: raw, id }), id }], writer);
    return c.json({ ok: true, seq: ack.startSeq });
  });

  app.get("/:session/:io/records", async (c) => {
    const { session, io } = await reach(engine, c, "read");
    return c.json({ records: await drain(engine, streamName(session.stream_key, io), c.req.query("afterEventId")) });
  });

  app.get("/:session/:io", async (c) => {
    const { session, io } = await reach(engine, c, "read");
    // Hono answers HEAD through GET: there would be a stream that nobody reads.
    if (c.req.method === "HEAD") return c.body(null, 200, { "content-type": "text/event-stream" });
    const stream = streamName(session.stream_key, io);
    const isPeek = io === "out" && c.req.header("x-peek-settled") === "1";
    return serveStream(engine, c, { ...(await fromHeaders(engine, c, stream)), isPeek });
  });

  return app;
}

/** One record as it was posted, and the id by which its sender would send it again. */
export async function readRecord(c: Context): Promise<{ raw: string; partId: string | undefined }> {
  const limit = { bytes: MAX_RECORD_BYTES, what: "A record", fields: { ok: false } };
  const raw = storableText((await readBody(c, limit)).toString("utf8"));
  const partId = c.req.header("x-part-id");
  if (raw.length === 0) throw new ProtocolError(400, "An append needs a body", { ok: false });
  if ((partId?.length ?? 0) > MAX_PART_ID_CHARACTERS) {
    throw new ProtocolError(400, `X-Part-Id may have at most ${MAX_PART_ID_CHARACTERS} characters`, { ok: false });
  }
  return { raw, partId };
}

/** Tells a writer where and with what to append (the SDK's S2 client). */
export async function offerWriter(engine: Engine, c: Context, stream: string, writer?: string): Promise<Response> {
  c.header("x-s2-access-token", await streamToken(engine, stream, writer));
  c.header("x-s2-basin", BASIN);
  c.header("x-s2-stream-name", stream);
  c.header("x-s2-endpoint", `http://${engine.config.ENGINE_HOST}:${engine.config.ENGINE_PORT}/v1`);
  c.header("x-s2-flush-interval-ms", FLUSH_INTERVAL_MS);
  return c.json({ version: "v2" }, 202);
}

/** What is in a stream after the given event, at once. */
export async function drain(engine: Engine, stream: string, afterEventId: string | undefined) {
  const records = await engine.store.streams.read(stream, position(afterEventId) + 1, 100_000);
  return records.filter((record) => record.headers?.[0]?.[0] !== "").map(toDrained);
}

/** Where a reader wants to begin, and for how long it stays, in seconds. */
export async function fromHeaders(engine: Engine, c: Context, stream: string) {
  const isFromLatest = c.req.header("x-trigger-stream-start") === "latest";
  const lastEventId = c.req.header("last-event-id");
  const isAtEnd = lastEventId === undefined && isFromLatest;
  return {
    stream,
    fromSeq: isAtEnd ? await engine.store.streams.nextSeq(stream) : position(lastEventId) + 1,
    timeoutSeconds: Math.min(Math.max(Number(c.req.header("timeout-seconds")) || 60, 1), 600),
  };
}

async function reach(engine: Engine, c: Context, action: "read" | "write") {
  const io = c.req.param("io");
  if (io !== "in" && io !== "out") throw notFound("Stream");
  const session = await engine.store.sessions.find(c.req.param("session") ?? "");
  await requireScope(engine, c, { action, type: "sessions", ids: namesOf(session) });
  if (!session) throw notFound("Session");
  return { session, io: io as Io };
}

/** Anything but one whole number means "from the beginning" (client-protocol.mdx, "Resuming a stream"). */
function position(eventId: string | undefined): number {
  return eventId !== undefined && /^\d{1,15}$/.test(eventId) ? Number(eventId) : -1;
}

/** The client refuses a whole answer for one record without `data`, and then starts from the first message again. */
function toDrained(record: StreamRecord) {
  const { data = "", id } = unwrap(record.body);
  return { data, id: id ?? String(record.seq), seqNum: record.seq, ...(record.headers && { headers: record.headers }) };
}

function unwrap(body: string): { data?: unknown; id?: string } {
  try {
    const parsed: unknown = JSON.parse(body);
    return typeof parsed === "object" && parsed !== null ? parsed : {};
  } catch {
    return {};
  }
}
