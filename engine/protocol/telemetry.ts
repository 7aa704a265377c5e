import { Hono } from "hono";
import type { Engine } from "../engine.ts";
import { notFound } from "../errors.ts";
import { logWithoutContent, spanWithoutContent } from "../telemetry/content.ts";
import { LogExport, logLinesOf, spansOf, TraceExport } from "../telemetry/otlp.ts";
import { parseWith, readJson } from "./body.ts";

const MAX_BYTES = 8 * 1024 * 1024;

/** OTLP over HTTP in JSON. The exporters carry no key: the port is on the loopback interface only. */
export function telemetryRoutes(engine: Engine): Hono {
  const app = new Hono();
  const keepsContent = engine.config.ENGINE_TELEMETRY_CONTENT === "1";

  app.post("/v1/:signal", async (c) => {
    const signal = c.req.param("signal");
    if (!["traces", "logs", "metrics"].includes(signal)) throw notFound("Signal");
    const data = await readJson(c, { bytes: MAX_BYTES, what: "An export" });
    // A process's metrics are of no run; `npm run status` measures the processes themselves.
    const spans = signal === "traces" ? spansOf(parseWith(TraceExport, data)) : [];
    const lines = signal === "logs" ? logLinesOf(parseWith(LogExport, data)) : [];
    await engine.store.telemetry.keep(
      keepsContent ? { spans, lines } : { spans: spans.map(spanWithoutContent), lines: lines.map(logWithoutContent) },
    );
    return c.json({});
  });
  return app;
}
