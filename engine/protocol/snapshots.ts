import { Hono, type Context } from "hono";
import { z } from "zod";
import type { Engine } from "../engine.ts";
import { notFound } from "../errors.ts";
import { writeSnapshot } from "../flow/snapshot.ts";
import { forbidden, requireSecret, snapshotToken, verifySnapshotToken } from "./auth.ts";
import { parseWith, readBody } from "./body.ts";
import { writerOf } from "./writer.ts";

const TranscriptQuery = z.object({
  limit: z.coerce.number().int().min(1).max(1000).optional(),
  before: z.string().min(1).optional(),
});

const MAX_BYTES = 64 * 1024 * 1024;

/** Default transcript storage: the SDK asks for a signed URL and moves the bytes there itself. */
export function snapshotRoutes(engine: Engine): Hono {
  const app = new Hono();

  app.on(["PUT", "GET"], "/api/v1/sessions/:session/snapshot-url", async (c) => {
    await requireSecret(engine, c);
    const session = await engine.store.sessions.find(c.req.param("session"));
    if (!session) throw notFound("Session");
    const { ENGINE_HOST, ENGINE_PORT } = engine.config;
    const token = await snapshotToken(engine, session.id, await writerOf(engine, c, session));
    return c.json({ presignedUrl: `http://${ENGINE_HOST}:${ENGINE_PORT}/snapshots/${session.id}?token=${token}` });
  });

  // `SessionTranscriptResponseBody`: what people see of the transcript, a page at a time; never the runtime's own state.
  app.get("/api/v1/sessions/:session/transcript", async (c) => {
    await requireSecret(engine, c);
    const page = parseWith(TranscriptQuery, c.req.query());
    const session = await engine.store.sessions.find(c.req.param("session"));
    if (!session) throw notFound("Session");
    const body = await engine.store.snapshots.read(session.id);
    // Only agents without a storage of their own come here, and this package brings 20 MB of telemetry with it.
    const { pageTranscriptEntries, parseTranscriptBlob } = await import("@trigger.dev/core/v3");
    const snapshot = body && parseTranscriptBlob(body.toString("utf8"));
    const { entries, nextCursor } = pageTranscriptEntries(snapshot?.messages ?? [], page);
    const cursors = snapshot && { lastOutEventId: snapshot.lastOutEventId, lastInEventId: snapshot.lastInEventId };
    return c.json({ messages: entries.map(({ message }) => message), cursors, nextCursor });
  });

  const signed = async (c: Context) => {
    const id = c.req.param("session") ?? "";
    const writer = await verifySnapshotToken(engine, c.req.query("token") ?? "", id);
    if (!writer) throw forbidden("Invalid signature");
    return { id, writer };
  };

  app.put("/snapshots/:session", async (c) => {
    const { id, writer } = await signed(c);
    const body = await readBody(c, { bytes: MAX_BYTES, what: "A snapshot" });
    await writeSnapshot(engine, id, body, writer.runId);
    return c.body(null, 200);
  });

  app.get("/snapshots/:session", async (c) => {
    const body = await engine.store.snapshots.read((await signed(c)).id);
    if (!body) throw notFound("Snapshot");
    return c.body(new Uint8Array(body), 200, { "content-type": "application/octet-stream" });
  });

  return app;
}
