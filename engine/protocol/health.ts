import { Hono } from "hono";
import type { Engine } from "../engine.ts";
import type { WorkerLink } from "../worker-link.ts";

const DATABASE_MS = 1_000;

/** `/healthz`: the process answers. `/readyz`: a chat would be answered; if not, `missing` says what for. */
export function healthRoutes(engine: Engine, link: WorkerLink): Hono {
  const app = new Hono();
  app.get("/healthz", (c) => c.json({ ok: true }));
  app.get("/readyz", async (c) => {
    const parts = { postgres: await databaseAnswers(engine), worker: link.isReady, open: !engine.closing.aborted };
    const missing = [
      ...(parts.postgres ? [] : ["Postgres does not answer."]),
      ...(parts.worker ? [] : ["No worker asks for runs."]),
      ...(parts.open ? [] : ["The engine is shutting down."]),
    ];
    return c.json({ ok: missing.length === 0, ...parts, missing }, missing.length === 0 ? 200 : 503);
  });
  return app;
}

async function databaseAnswers(engine: Engine): Promise<boolean> {
  const asked = engine.store.ping().then(
    () => true,
    () => false,
  );
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => (timer = setTimeout(() => resolve(false), DATABASE_MS)));
  const answered = await Promise.race([asked, late]);
  clearTimeout(timer);
  return answered;
}
