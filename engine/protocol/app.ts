import { Hono } from "hono";
import type { Engine } from "../engine.ts";
import { ProtocolError } from "../errors.ts";
import type { WorkerLink } from "../worker-link.ts";
import { batchRoutes } from "./batches.ts";
import { cliRoutes } from "./cli.ts";
import { devRoutes } from "./dev.ts";
import { devRunRoutes } from "./dev-runs.ts";
import { failureOf } from "./failure.ts";
import { healthRoutes } from "./health.ts";
import { packetRoutes } from "./packets.ts";
import { requestLog } from "./request-log.ts";
import { runMetadataRoutes } from "./run-metadata.ts";
import { runRoutes } from "./runs.ts";
import { s2UnaryRoutes } from "./s2-unary.ts";
import { sessionChannelRoutes } from "./session-channels.ts";
import { sessionStreamRoutes } from "./session-streams.ts";
import { sessionRoutes } from "./sessions.ts";
import { snapshotRoutes } from "./snapshots.ts";
import { statusRoutes } from "./status.ts";
import { taskRoutes } from "./tasks.ts";
import { telemetryRoutes } from "./telemetry.ts";
import { tokenRoutes } from "./tokens.ts";
import { traceRoutes } from "./trace.ts";
import { waitRoutes } from "./waits.ts";

/** Every HTTP/1.1 route of the engine; `app.fetch` needs no port. */
export function createApp(engine: Engine, link: WorkerLink): Hono {
  const app = new Hono();
  app.use(requestLog(engine));
  app.route("/", healthRoutes(engine, link));
  app.use(async (c, next) => {
    if (engine.closing.aborted) {
      c.header("connection", "close");
      throw new ProtocolError(503, "The engine is shutting down");
    }
    // No name, key or cursor can hold it, and Postgres breaks a query off at one.
    if (/%00/.test(c.req.url)) throw new ProtocolError(400, "An address cannot contain NUL");
    await next();
  });
  app.route("/api/v1/sessions", sessionRoutes(engine));
  app.route("/", snapshotRoutes(engine));
  app.route("/api/v1/auth/jwt", tokenRoutes(engine));
  app.route("/api", cliRoutes(engine));
  app.route("/engine/v1/status", statusRoutes(engine, link));
  app.route("/engine/v1/dev/runs", devRunRoutes(engine));
  app.route("/engine/v1/dev", devRoutes(engine, link));
  app.route("/realtime/v1/sessions", sessionStreamRoutes(engine));
  app.route("/realtime/v1/sessions", sessionChannelRoutes(engine));
  app.route("/v1", s2UnaryRoutes(engine));
  app.route("/otel", telemetryRoutes(engine));
  app.route("/", traceRoutes(engine));
  app.route("/", runRoutes(engine));
  app.route("/", runMetadataRoutes(engine));
  app.route("/", taskRoutes(engine));
  app.route("/", batchRoutes(engine));
  app.route("/", packetRoutes(engine));
  app.route("/", waitRoutes(engine));

  app.notFound((c) => {
    const isKnownArea = /^\/(api|engine|realtime)\//.test(c.req.path);
    if (isKnownArea) engine.log.warn({ method: c.req.method, path: c.req.path }, "not implemented");
    const message = isKnownArea ? "The embedded engine does not implement this route" : "No such route";
    return c.json({ error: message }, isKnownArea ? 501 : 404);
  });

  app.onError((error, c) => {
    const failure = failureOf(engine, error);
    // Without it the client repeats a conflict for nine seconds.
    if (failure.status === 409) c.header("x-should-retry", "false");
    return c.json({ error: failure.message, ...failure.fields }, failure.status);
  });
  return app;
}
