import { ownQueue, timesOf } from "../core/run-options.ts";
import { ProtocolError } from "../errors.ts";
import type { RunOptions } from "../store/runs.ts";
import type { Session, TriggerConfig } from "../store/sessions.ts";
import type { StoreTx } from "../store/store.ts";
import { unknownVersion } from "./trigger.ts";

const UNKNOWN_HERE = {
  externalDeploymentId: "there are no deployments to name",
  region: "it runs in one place",
  concurrency: "it knows the limits of queues only",
  gates: "it knows the limits of queues only",
  debounce: "every trigger is a run of its own",
};

/** Refuses what this engine has not, instead of leaving it out in silence. */
export function refuseUnknown(options: object): void {
  for (const [name, reason] of Object.entries(UNKNOWN_HERE)) {
    const value = (options as Record<string, unknown>)[name];
    if (value === undefined || value === null) continue;
    throw new ProtocolError(400, `The embedded engine cannot honour "${name}": ${reason}`);
  }
}

/** Refuses what no run of the session could be given. */
export function checkConfig(config: TriggerConfig): void {
  refuseUnknown(config);
  try {
    timesOf({ ttl: config.ttl }, new Date());
  } catch {
    throw new ProtocolError(400, "ttl is neither a duration nor a number of seconds");
  }
}

/** Throws 422 when the version it is locked to does not exist. */
export async function sessionOptions(tx: StoreTx, session: Session, availableAt: Date): Promise<Partial<RunOptions>> {
  const config = session.trigger_config;
  const locked = config.lockToVersion === undefined ? undefined : await tx.workers.byVersion(config.lockToVersion);
  if (config.lockToVersion !== undefined && !locked) throw unknownVersion(config.lockToVersion);
  const worker = locked ?? (await tx.workers.newest());
  const declared = worker?.tasks.find(({ id }) => id === session.task);
  const { ttl, expiresAt } = timesOf({ ttl: config.ttl }, availableAt);
  return {
    locked_worker_id: locked?.id ?? null,
    queue: config.queue ?? declared?.queue ?? ownQueue(session.task),
    concurrency_key: config.concurrencyKey ?? null,
    machine: config.machine ?? declared?.machine ?? null,
    max_attempts: config.maxAttempts ?? null,
    max_duration: config.maxDuration ?? declared?.maxDuration ?? null,
    ttl,
    expires_at: expiresAt,
  };
}
