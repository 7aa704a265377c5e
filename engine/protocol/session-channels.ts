import { Hono, type Context } from "hono";
import type { Engine } from "../engine.ts";
import { notFound, ProtocolError, sessionClosed } from "../errors.ts";
import type { StoreTx } from "../store/store.ts";
import { channelName } from "../store/streams.ts";
import { requireScope, requireSecret } from "./auth.ts";
import { drain, fromHeaders, offerWriter, readRecord } from "./session-streams.ts";
import { namesOf } from "./sessions.ts";
import { serveStream } from "./sse.ts";

const NAME = /^[\w.-]{1,128}$/;

/**
 * `/realtime/v1/sessions/:session/channels/:name`: two more streams of a session, by name, beside its own two. Nothing
 * on them is part of the conversation: a record wakes no run and starts none (side-channels.mdx).
 */
export function sessionChannelRoutes(engine: Engine): Hono {
  const app = new Hono();

  app.put("/:session/channels/:name/:io", async (c) => {
    await requireSecret(engine, c);
    const { stream, session } = await reach(engine, c, "write");
    await within(engine, session.id, (tx) => tx.streams.lock(stream));
    return offerWriter(engine, c, stream);
  });

  app.post("/:session/channels/:name/:io/append", async (c) => {
    const { stream, session, io } = await reach(engine, c, "write");
    if (io === "out") await requireSecret(engine, c);
    if (session.closed_at) throw sessionClosed(session.closed_reason);
    const { raw, partId: id = crypto.randomUUID() } = await readRecord(c);
    const record = { body: JSON.stringify({ data: raw, id }), id };
    const appended = await within(engine, session.id, (tx) => tx.streams.append(stream, [record]));
    if (appended.records.length > 0) engine.signals.appended(stream, appended.records);
    return c.json({ ok: true, seq: appended.startSeq });
  });

  app.get("/:session/channels/:name/:io/records", async (c) => {
    const { stream } = await reach(engine, c, "read");
    return c.json({ records: await drain(engine, stream, c.req.query("afterEventId")) });
  });

  app.get("/:session/channels/:name/:io", async (c) => {
    const { stream } = await reach(engine, c, "read");
    // Hono answers HEAD through GET: there would be a stream that nobody reads.
    if (c.req.method === "HEAD") return c.body(null, 200, { "content-type": "text/event-stream" });
    return serveStream(engine, c, { ...(await fromHeaders(engine, c, stream)), isPeek: false });
  });

  return app;
}

/** A channel begins when it is first used; not beside a session that is just being forgotten. */
async function within<T>(engine: Engine, sessionId: string, work: (tx: StoreTx) => Promise<T>): Promise<T> {
  return engine.store.transaction(async (tx) => {
    if (!(await tx.sessions.findAndLock(sessionId))) throw notFound("Session");
    return work(tx);
  });
}

async function reach(engine: Engine, c: Context, action: "read" | "write") {
  const { io, name = "" } = c.req.param();
  if (io !== "in" && io !== "out") throw notFound("Stream");
  const session = await engine.store.sessions.find(c.req.param("session") ?? "");
  await requireScope(engine, c, { action, type: "sessions", ids: namesOf(session) });
  if (!session) throw notFound("Session");
  if (!NAME.test(name)) throw new ProtocolError(400, "A channel's name has letters, digits, dots, dashes, underscores");
  return { session, io, stream: channelName(session.stream_key, name, io) };
}
