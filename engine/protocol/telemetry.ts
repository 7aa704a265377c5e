import { Hono } from "hono";
import type { Engine } from "../engine.ts";
import { notFound } from "../errors.ts";
import { readJson } from "./body.ts";

const SIGNALS = ["traces", "logs", "metrics"] as const;
const MAX_BYTES = 8 * 1024 * 1024;

/** OTLP over HTTP in JSON. The exporters carry no key: the port is on the loopback interface only. */
export function telemetryRoutes(engine: Engine): Hono {
  const app = new Hono();
  app.post("/v1/:signal", async (c) => {
    const signal = SIGNALS.find((known) => known === c.req.param("signal"));
    if (!signal) throw notFound("Signal");
    await engine.store.telemetry.keep(signal, await readJson(c, { bytes: MAX_BYTES, what: "An export" }));
    return c.json({});
  });
  return app;
}
