import type { MiddlewareHandler } from "hono";
import type { Engine } from "../engine.ts";
import { withLogContext, type LogContext } from "../log.ts";
import { requestIdOf } from "./request-id.ts";

/** Gives each request an id: in its answer as `x-request-id`, and in every log line written on its behalf. */
export function requestLog(engine: Engine): MiddlewareHandler {
  return async (c, next) => {
    const request = requestIdOf(c.req.header("x-request-id"));
    const startedAt = performance.now();
    await withLogContext({ request, ...subjectOf(c.req.path) }, async () => {
      await next();
      const { status } = c.res;
      c.res.headers.set("x-request-id", request);
      const line = { method: c.req.method, path: c.req.path, status, ms: Math.round(performance.now() - startedAt) };
      engine.log[levelOf(status)](line, "request");
    });
  };
}

/** What a client did wrong is worth a line. 503 is the answer to whoever asks too early or too late, again and again. */
function levelOf(status: number): "debug" | "info" | "error" {
  if (status === 503 || status < 400) return "debug";
  return status >= 500 && status !== 501 ? "error" : "info";
}

/** The session, run or stream that a path names. */
export function subjectOf(path: string): LogContext {
  const [, kind, name] = /\/(sessions|runs|streams)\/([^/]+)/.exec(path) ?? [];
  if (name === undefined) return {};
  return { [kind === "sessions" ? "session" : kind === "runs" ? "run" : "stream"]: name };
}
