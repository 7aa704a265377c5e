import { totalmem } from "node:os";
import { z } from "zod";
import { liveRunLimit } from "./core/capacity.ts";

const port = z.coerce.number().int().min(1).max(65535);
const seconds = (standard: number) => z.coerce.number().positive().default(standard);
/** A hundred years at most: further back no date reaches. */
const days = (standard: number) => z.coerce.number().positive().max(36_500).default(standard);

const schema = z.object({
  DATABASE_URL: z.string().min(1),
  ENGINE_HOST: z.string().default("127.0.0.1"),
  /** Where clients find the engine: every address it gives out has this port. */
  ENGINE_PORT: port,
  /** Where it listens, when somebody else holds that port for it; 0 takes a free one, which the ready line tells. */
  ENGINE_LISTEN_PORT: z.coerce.number().int().min(0).max(65535).optional(),
  /** The environment's key: signs public tokens, and lets web server and run processes in. */
  TRIGGER_SECRET_KEY: z.string().min(16),
  /** The key of the person who runs `trigger dev`: the client insists on its prefix. */
  TRIGGER_ACCESS_TOKEN: z.string().startsWith("tr_pat_"),
  TRIGGER_PROJECT_REF: z.string().min(1),
  ENGINE_LOG_LEVEL: z.enum(["debug", "info", "warn", "error", "silent"]).default("info"),
  /** Task that keeps one spare process warm; none by that name in the worker: no spare. */
  ENGINE_WARM_TASK: z.string().default("warm"),
  /** Live runs at once; more wait in the queue. Unset: as many as this machine's (or container's) memory holds. */
  ENGINE_MAX_RUNS: z.coerce
    .number()
    .int()
    .positive()
    .default(() => liveRunLimit(Math.min(totalmem(), process.constrainedMemory() || Infinity))),
  /** A run process reports every this many seconds; three missed reports end its run. */
  ENGINE_HEARTBEAT_SECONDS: seconds(10),
  /** Days that ended runs and answered input are kept. */
  ENGINE_RUN_DAYS: days(7),
  /** Days that a session is kept after it was closed or has expired. */
  ENGINE_SESSION_DAYS: days(30),
  ENGINE_TELEMETRY_DAYS: days(7),
  /** Whether spans keep what people and models wrote (telemetry/content.ts). */
  ENGINE_TELEMETRY_CONTENT: z.enum(["0", "1"]).default("0"),
  /** Connections beyond these are answered with 503. A live chat holds one in its browser and two in its run. */
  ENGINE_MAX_CONNECTIONS: z.coerce.number().int().positive().default(2_000),
});

export type EngineConfig = Readonly<z.infer<typeof schema>>;

/** Heartbeats a run may miss before it counts as lost. */
const MISSED_HEARTBEATS = 3;

/** How long a run lives on without a sign of life, in milliseconds. */
export const leaseMs = (config: EngineConfig) => MISSED_HEARTBEATS * config.ENGINE_HEARTBEAT_SECONDS * 1000;

/**
 * How long until its first sign of life, which comes when its process has booted, in milliseconds. On a machine that is
 * too busy, booting another one in its place would only make it worse; of a process that died, the worker tells.
 */
export const bootLeaseMs = (config: EngineConfig) => 3 * leaseMs(config);

/** Reads the engine's settings. Throws an error whose message lists every problem in one line. */
export function parseEngineConfig(env: Record<string, string | undefined>): EngineConfig {
  // `ENGINE_LOG_LEVEL=` in a .env file means: not set.
  const set = Object.fromEntries(Object.entries(env).filter(([, value]) => value?.trim()));
  const result = schema.safeParse(set);
  if (result.success) return result.data;
  const problems = result.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
  throw new Error(`The engine cannot start: ${problems.join("; ")}.`);
}
