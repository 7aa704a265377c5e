import type { Context } from "hono";
import type { Engine } from "../engine.ts";
import { staleWrite } from "../errors.ts";
import { isOver } from "../store/runs.ts";
import type { Session } from "../store/sessions.ts";

/** `version-traceId-spanId-flags` (W3C Trace Context, 3.2). */
const TRACEPARENT = /^[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}$/;

/**
 * The run of this session that a request comes from, or undefined when it comes from anybody else: the web server, a page,
 * a run of another session. The SDK names no run in its requests, but in a task each of them carries the trace that the
 * engine made for that run (`injectPropagationHeadersIfInWorker` of @trigger.dev/core); all but its reads by SSE.
 * Throws a 409 when that run is over and another has its session.
 */
export async function writerOf(engine: Engine, c: Context, session: Session): Promise<string | undefined> {
  if (c.req.header("x-trigger-worker") !== "true") return undefined;
  const traceId = TRACEPARENT.exec(c.req.header("traceparent") ?? "")?.[1];
  const run = traceId && (await engine.store.runs.byTrace(session.id, traceId));
  if (!run) return undefined;
  if (isOver(run) && session.current_run_id !== run.id) throw staleWrite("Another run has taken over this session");
  return run.id;
}
