import { Hono } from "hono";
import type { Engine } from "../engine.ts";
import { ENVIRONMENT_ID, requireSecret } from "./auth.ts";

/** The claims the SDK puts into a public token before it signs it with the secret key it holds itself. */
export function tokenRoutes(engine: Engine): Hono {
  const app = new Hono();
  app.post("/claims", async (c) => {
    await requireSecret(engine, c);
    return c.json({ sub: ENVIRONMENT_ID, pub: true });
  });
  return app;
}
