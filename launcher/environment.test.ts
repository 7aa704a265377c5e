import { expect, it } from "vitest";
import { parseLaunchConfig } from "../src/lib/server/config.ts";
import { childEnvironments, type Plan } from "./environment.ts";

const secrets = {
  postgresPassword: "p",
  triggerSecretKey: "tr_skein_s",
  triggerAccessToken: "tr_pat_s",
  authSecret: "generated".repeat(4),
};

function plan(env: Record<string, string>, enginePort: number | undefined): Plan {
  const parsed = parseLaunchConfig(env);
  if (!parsed.ok) throw new Error(parsed.problems.join());
  const { config } = parsed;
  return { mode: "start", config, secrets, databaseUrl: "postgres://db", webPort: 3000, enginePort, instance: "i" };
}

it("points everyone at the embedded engine, and the web server's browsers through itself", () => {
  const { web, engine, worker } = childEnvironments(plan({}, 8730), { PATH: "/bin", TRIGGER_DEV_BRANCH: "mine" });
  for (const env of [web, engine, worker])
    expect(env).toMatchObject({
      PATH: "/bin",
      SKEIN_INSTANCE: "i",
      DATABASE_URL: "postgres://db",
      TRIGGER_API_URL: "http://127.0.0.1:8730",
      TRIGGER_SECRET_KEY: "tr_skein_s",
      TRIGGER_PROJECT_REF: "proj_skein",
    });
  expect(worker.TRIGGER_DEV_BRANCH).toBeUndefined();
  expect(web).toMatchObject({ HOST: "127.0.0.1", PORT: "3000", REALTIME_UPSTREAM: "http://127.0.0.1:8730" });
  expect(worker.TURN_TIMEOUT).toBe("1m");
  expect(engine).toMatchObject({ ENGINE_PORT: "8730", ENGINE_HOST: "127.0.0.1", TRIGGER_ACCESS_TOKEN: "tr_pat_s" });
});

it("leaves Trigger.dev's own address and key alone", () => {
  const env = { TRIGGER_SECRET_KEY: "tr_dev_x", AUTH_SECRET: "a".repeat(32) };
  const { web } = childEnvironments(plan(env, undefined), env);
  expect(web).toMatchObject({ TRIGGER_API_URL: "https://api.trigger.dev", TRIGGER_SECRET_KEY: "tr_dev_x" });
  expect(web.REALTIME_UPSTREAM).toBeUndefined();
});

it("gives the cookie secret to the web server only, and the CLI's token to no web server", () => {
  const env = { AUTH_SECRET: "b".repeat(32) };
  const { web, engine, worker } = childEnvironments(plan(env, 8730), env);
  expect(web.AUTH_SECRET).toBe(env.AUTH_SECRET);
  expect(web.TRIGGER_ACCESS_TOKEN).toBeUndefined();
  expect(engine.AUTH_SECRET).toBeUndefined();
  expect(worker.AUTH_SECRET).toBeUndefined();
});
