import { Hono } from "hono";
import type { Engine } from "../engine.ts";
import { ProtocolError } from "../errors.ts";
import type { WorkerLink } from "../worker-link.ts";
import { cliRoutes } from "./cli.ts";
import { devRoutes } from "./dev.ts";
import { devRunRoutes } from "./dev-runs.ts";
import { runRoutes } from "./runs.ts";
import { s2UnaryRoutes } from "./s2-unary.ts";
import { sessionStreamRoutes } from "./session-streams.ts";
import { sessionRoutes } from "./sessions.ts";
import { snapshotRoutes } from "./snapshots.ts";
import { telemetryRoutes } from "./telemetry.ts";
import { tokenRoutes } from "./tokens.ts";

/** Every HTTP/1.1 route of the engine; `app.fetch` needs no port. */
export function createApp(engine: Engine, link: WorkerLink): Hono {
  const app = new Hono();
  app.use(async (c, next) => {
    await next();
    engine.log.debug({ method: c.req.method, path: c.req.path, status: c.res.status }, "request");
  });
  app.get("/healthz", (c) => c.json({ ok: true }));
  app.get("/readyz", (c) => c.json({ ok: link.isReady }, link.isReady ? 200 : 503));
  app.route("/api/v1/sessions", sessionRoutes(engine));
  app.route("/", snapshotRoutes(engine));
  app.route("/api/v1/auth/jwt", tokenRoutes(engine));
  app.route("/api", cliRoutes(engine));
  app.route("/engine/v1/dev/runs", devRunRoutes(engine));
  app.route("/engine/v1/dev", devRoutes(engine, link));
  app.route("/realtime/v1/sessions", sessionStreamRoutes(engine));
  app.route("/v1", s2UnaryRoutes(engine));
  app.route("/otel", telemetryRoutes(engine));
  app.route("/", runRoutes(engine));

  app.notFound((c) => {
    const isKnownArea = /^\/(api|engine|realtime)\//.test(c.req.path);
    if (isKnownArea) engine.log.warn({ method: c.req.method, path: c.req.path }, "not implemented");
    const message = isKnownArea ? "The embedded engine does not implement this route" : "No such route";
    return c.json({ error: message }, isKnownArea ? 501 : 404);
  });

  app.onError((error, c) => {
    if (error instanceof ProtocolError) {
      // Without it the client repeats a conflict for nine seconds.
      if (error.status === 409) c.header("x-should-retry", "false");
      return c.json({ error: error.message, ...error.fields }, error.status);
    }
    engine.log.error({ err: error, method: c.req.method, path: c.req.path }, "request failed");
    return c.json({ error: "The engine could not do this; its log says why" }, 500);
  });
  return app;
}
