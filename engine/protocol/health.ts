import { Hono } from "hono";
import type { Engine } from "../engine.ts";
import type { WorkerLink } from "../worker-link.ts";

const DATABASE_MS = 1_000;

/** `/healthz`: the process answers. `/readyz`: a chat would be answered; if not, `missing` says what for. */
export function healthRoutes(engine: Engine, link: WorkerLink): Hono {
  const app = new Hono();
  app.get("/healthz", (c) => c.json({ ok: true }));
  app.get("/readyz", async (c) => {
    const parts = await readyParts(engine, link);
    const missing = sentences(parts);
    return c.json({ ok: missing.length === 0, ...parts, missing }, missing.length === 0 ? 200 : 503);
  });
  return app;
}

/** Sentences that say why no chat would be answered; none when it would. */
export async function whatIsMissing(engine: Engine, link: WorkerLink): Promise<string[]> {
  return sentences(await readyParts(engine, link));
}

type Parts = { postgres: boolean; worker: boolean; open: boolean };

async function readyParts(engine: Engine, link: WorkerLink): Promise<Parts> {
  return { postgres: await databaseAnswers(engine), worker: link.isReady, open: !engine.closing.aborted };
}

const sentences = ({ postgres, worker, open }: Parts) => [
  ...(postgres ? [] : ["Postgres does not answer."]),
  ...(worker ? [] : ["No worker asks for runs."]),
  ...(open ? [] : ["The engine is shutting down."]),
];

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
