import type { Engine } from "../engine.ts";
import { SPARE_TYPE } from "../store/sessions.ts";
import type { WorkerLink } from "../worker-link.ts";
import { startSession } from "./sessions.ts";

/**
 * Keeps one booted process ready: when the worker has none to spare, a run that only preloads is given to it, and leaves
 * its process behind. A first turn then starts in a tenth of the time.
 */
export async function ensureSpare(engine: Engine, link: WorkerLink): Promise<void> {
  if (!link.isReady || !engine.spares.isNeeded(engine.now())) return;
  const task = engine.config.ENGINE_WARM_TASK;
  const worker = await engine.store.workers.newest();
  if (!worker?.tasks.some(({ id }) => id === task) || (await engine.store.runs.isSparePending())) return;
  const chatId = `spare-${crypto.randomUUID()}`;
  await startSession(engine, {
    externalId: chatId,
    type: SPARE_TYPE,
    task,
    triggerConfig: { basePayload: { chatId, trigger: "preload" } },
    tags: [],
    metadata: null,
    expiresAt: null,
  });
}
