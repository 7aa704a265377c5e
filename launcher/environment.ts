import type { LaunchConfig } from "../src/lib/server/config.ts";
import { instanceVariable } from "./leftovers.ts";
import type { Secrets } from "./secrets.ts";

type Env = Record<string, string | undefined>;

/** Everything that is decided before the first child starts. */
export interface Plan {
  mode: "dev" | "start";
  config: LaunchConfig;
  secrets: Secrets;
  databaseUrl: string;
  webPort: number;
  /** Undefined: Trigger.dev runs the tasks. */
  enginePort: number | undefined;
  /** Marks every process of this instance. */
  instance: string;
}

/** The environment of each child: the launcher's own, completed with what it has chosen, started and generated. */
export function childEnvironments(plan: Plan, base: Env): { web: Env; engine: Env; worker: Env } {
  const { config, secrets } = plan;
  const engineUrl = plan.enginePort === undefined ? undefined : `http://127.0.0.1:${plan.enginePort}`;
  const shared: Env = {
    ...base,
    [instanceVariable]: plan.instance,
    SKEIN_LAUNCHER_PID: String(process.pid),
    DATABASE_URL: plan.databaseUrl,
    TRIGGER_API_URL: engineUrl ?? config.trigger?.apiUrl,
    TRIGGER_SECRET_KEY: engineUrl ? secrets.triggerSecretKey : config.trigger?.secretKey,
    TRIGGER_PROJECT_REF: engineUrl ? "proj_skein" : config.trigger?.projectRef,
  };
  if (engineUrl) {
    // A branch of Trigger.dev's own means nothing here, and the SDK would send it with each request.
    delete shared.TRIGGER_DEV_BRANCH;
    delete shared.TRIGGER_PREVIEW_BRANCH;
  }
  // A cookie's secret is nothing that tasks, or the tools they run, should be able to read.
  const { AUTH_SECRET: _secret, ...withoutAuth } = shared;
  return {
    web: {
      ...shared,
      NODE_ENV: plan.mode === "dev" ? "development" : "production",
      AUTH_SECRET: config.authSecret ?? secrets.authSecret,
      HOST: config.web.host,
      PORT: String(plan.webPort),
      ORIGIN: config.web.origin,
      REALTIME_UPSTREAM: engineUrl,
      // The app has its own limit for a message, with words of its own; this one only protects the process.
      BODY_SIZE_LIMIT: base.BODY_SIZE_LIMIT ?? "16M",
    },
    engine: {
      ...withoutAuth,
      ENGINE_HOST: "127.0.0.1",
      ENGINE_PORT: String(plan.enginePort),
      // The launcher holds that port itself (engine-front.ts).
      ENGINE_LISTEN_PORT: "0",
      TRIGGER_ACCESS_TOKEN: secrets.triggerAccessToken,
    },
    worker: {
      ...withoutAuth,
      TRIGGER_ACCESS_TOKEN: secrets.triggerAccessToken,
      TURN_TIMEOUT: base.TURN_TIMEOUT || "1m",
      // No prompts, no colours.
      CI: "1",
      // The CLI's bundler stays in memory: 470 MB instead of 740. Less costs time: a build, and so the return of a worker
      // that died, takes 2 s of processor time with 480 MiB, as without a limit, but 4 to 9 s with 320 MiB (300 MB), and
      // below what it holds for good (more than 128 MB) it does nothing but collect garbage: half a core, for ever.
      GOMEMLIMIT: base.GOMEMLIMIT ?? "480MiB",
    },
  };
}
