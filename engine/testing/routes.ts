import { createApp } from "../protocol/app.ts";
import { parseEngineConfig } from "../config.ts";
import type { Engine } from "../engine.ts";
import { WorkerLink } from "../worker-link.ts";
import { accessToken, secretKey } from "./engine.ts";

/** Every route the engine serves over HTTP/1.1, as the app itself lists them; middleware is left out. */
export function engineRoutes(): { method: string; path: string }[] {
  const config = parseEngineConfig({
    ...{ DATABASE_URL: "postgres://nowhere", ENGINE_PORT: "1", TRIGGER_PROJECT_REF: "proj_test" },
    ...{ TRIGGER_SECRET_KEY: secretKey, TRIGGER_ACCESS_TOKEN: accessToken },
  });
  // Only its table of routes is looked at: nothing else of an engine is needed.
  const { routes } = createApp({ config } as Engine, new WorkerLink());
  return routes.filter(({ method }) => method !== "ALL").map(({ method, path }) => ({ method, path }));
}
