import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import type { Engine } from "../engine.ts";
import { notFound, ProtocolError } from "../errors.ts";

const SIGNALS = ["traces", "logs", "metrics"] as const;
const MAX_BYTES = 8 * 1024 * 1024;

/** OTLP over HTTP in JSON. The exporters carry no key: the port is on the loopback interface only. */
export function telemetryRoutes(engine: Engine): Hono {
  const app = new Hono();
  app.post(
    "/v1/:signal",
    bodyLimit({
      maxSize: MAX_BYTES,
      onError: () => {
        throw new ProtocolError(413, "An export may be at most 8 MiB");
      },
    }),
    async (c) => {
      const signal = SIGNALS.find((known) => known === c.req.param("signal"));
      if (!signal) throw notFound("Signal");
      const body: unknown = await c.req.json().catch(() => {
        throw new ProtocolError(400, "The body is not JSON");
      });
      await engine.store.telemetry.keep(signal, body);
      return c.json({});
    },
  );
  return app;
}
