import { Hono } from "hono";
import type { Engine } from "../engine.ts";
import { notFound } from "../errors.ts";
import { forbidden, requireSecret, snapshotToken, verifySnapshotToken } from "./auth.ts";
import { readBody } from "./body.ts";

const MAX_BYTES = 64 * 1024 * 1024;

/** Default transcript storage: the SDK asks for a signed URL and moves the bytes there itself. */
export function snapshotRoutes(engine: Engine): Hono {
  const app = new Hono();

  app.on(["PUT", "GET"], "/api/v1/sessions/:session/snapshot-url", async (c) => {
    await requireSecret(engine, c);
    const session = await engine.store.sessions.find(c.req.param("session"));
    if (!session) throw notFound("Session");
    const { ENGINE_HOST, ENGINE_PORT } = engine.config;
    const token = await snapshotToken(engine, session.id);
    return c.json({ presignedUrl: `http://${ENGINE_HOST}:${ENGINE_PORT}/snapshots/${session.id}?token=${token}` });
  });

  app.use("/snapshots/:session", async (c, next) => {
    const token = c.req.query("token") ?? "";
    if (!(await verifySnapshotToken(engine, token, c.req.param("session")))) throw forbidden("Invalid signature");
    await next();
  });

  app.put("/snapshots/:session", async (c) => {
    const body = await readBody(c, { bytes: MAX_BYTES, what: "A snapshot" });
    await engine.store.snapshots.write(c.req.param("session"), body);
    return c.body(null, 200);
  });

  app.get("/snapshots/:session", async (c) => {
    const body = await engine.store.snapshots.read(c.req.param("session"));
    if (!body) throw notFound("Snapshot");
    return c.body(new Uint8Array(body), 200, { "content-type": "application/octet-stream" });
  });

  return app;
}
