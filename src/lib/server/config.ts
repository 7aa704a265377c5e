import { z } from "zod";

/** What every service (web server, run process, migration) knows about its surroundings. */
export interface Config {
  databaseUrl: string;
  trigger: { secretKey: string; apiUrl: string; projectRef: string; dashboardPath: string | undefined };
  /** Where the web server passes `/realtime/*` on to: the embedded engine. Unset, browsers talk to `trigger.apiUrl`. */
  realtimeUpstream: string | undefined;
  /** `origin` is the public one, e.g. `https://chat.example.org`, when a proxy stands in front of the web server. */
  web: { host: string; port: number | undefined; origin: string | undefined };
  /** Signs the cookies. The launcher always sets it for the web server; a deployed task has no use for it. */
  authSecret: string | undefined;
  providers: {
    anthropicApiKey: string | undefined;
    openaiApiKey: string | undefined;
    googleApiKey: string | undefined;
    /** `visionModels`: those of its models that can look at images. */
    openaiCompatible:
      | {
          baseUrl: string;
          apiKey: string | undefined;
          models: string[];
          visionModels: string[];
          contextWindow: number;
        }
      | undefined;
  };
  /** Where new files go instead of the database. `endpoint` is without a slash at its end. */
  s3: { endpoint: string; bucket: string; region: string; accessKeyId: string; secretAccessKey: string } | undefined;
  /** As `provider:model`; undefined: the first one available. */
  defaultModel: string | undefined;
  /** How long a model may be silent, before its first word and between two, in milliseconds. */
  modelTimeoutMs: number;
  /** How long a chat's run waits for the next message before it ends, such as `1m`. Undefined: the SDK's hour. */
  turnTimeout: string | undefined;
  demo: { ttftMs: number; tokensPerSecond: number };
}

/** The same before the launcher has filled in what it embeds. */
export interface LaunchConfig extends Omit<Config, "databaseUrl" | "trigger"> {
  databaseUrl: string | undefined;
  trigger: Config["trigger"] | undefined;
  dataDir: string;
  /** Undefined: the default port, or the next free one. */
  enginePort: number | undefined;
  postgresPort: number | undefined;
}

export type Parsed<T> = { ok: true; config: T } | { ok: false; problems: string[] };

type Env = Record<string, string | undefined>;

const text = z.string().trim().optional();
const url = (variable: string, protocols: RegExp, example: string) =>
  text.refine(
    (value) => value === undefined || (URL.canParse(value) && protocols.test(new URL(value).protocol)),
    `${variable} must be a URL like ${example}.`,
  );
const http = (variable: string, example: string) => url(variable, /^https?:$/, example);
const list = text.transform((names) => (names ?? "").split(",").flatMap((name) => name.trim() || []));
const port = (variable: string) =>
  z.coerce
    .number({ error: `${variable} must be a port number.` })
    .int({ error: `${variable} must be a port number.` })
    .min(1, `${variable} must be between 1 and 65535.`)
    .max(65535, `${variable} must be between 1 and 65535.`)
    .optional();

const variables = z.object({
  DATABASE_URL: url("DATABASE_URL", /^postgres(ql)?:$/, "postgres://user:password@host:5432/database"),
  TRIGGER_SECRET_KEY: text,
  TRIGGER_PROJECT_REF: text,
  TRIGGER_API_URL: http("TRIGGER_API_URL", "https://api.trigger.dev"),
  PUBLIC_TRIGGER_PROJECT_DASHBOARD_PATH: text,
  REALTIME_UPSTREAM: http("REALTIME_UPSTREAM", "http://127.0.0.1:8730"),
  ANTHROPIC_API_KEY: text,
  OPENAI_API_KEY: text,
  GOOGLE_GENERATIVE_AI_API_KEY: text,
  OPENAI_COMPATIBLE_BASE_URL: http("OPENAI_COMPATIBLE_BASE_URL", "http://localhost:11434/v1"),
  OPENAI_COMPATIBLE_API_KEY: text,
  OPENAI_COMPATIBLE_MODELS: list,
  OPENAI_COMPATIBLE_VISION_MODELS: list,
  OPENAI_COMPATIBLE_CONTEXT_WINDOW: z.coerce
    .number({ error: "OPENAI_COMPATIBLE_CONTEXT_WINDOW must be a number of tokens." })
    .int("OPENAI_COMPATIBLE_CONTEXT_WINDOW must be a number of tokens.")
    .min(1000, "OPENAI_COMPATIBLE_CONTEXT_WINDOW must be at least 1000.")
    // What local servers give a model that nobody configured, or a little more.
    .default(8192),
  DEFAULT_MODEL: text.refine(
    (value) => value === undefined || /^(demo|[\w-]+:\S+)$/.test(value),
    "DEFAULT_MODEL must look like provider:model, or be demo.",
  ),
  S3_ENDPOINT: http("S3_ENDPOINT", "https://s3.eu-central-1.amazonaws.com"),
  S3_BUCKET: text,
  S3_REGION: text,
  S3_ACCESS_KEY_ID: text,
  S3_SECRET_ACCESS_KEY: text,
  HOST: text,
  PORT: port("PORT"),
  ORIGIN: http("ORIGIN", "https://chat.example.org").transform((value) => value && new URL(value).origin),
  ENGINE_PORT: port("ENGINE_PORT"),
  POSTGRES_PORT: port("POSTGRES_PORT"),
  SKEIN_DATA_DIR: text,
  AUTH_SECRET: text.refine(
    (value) => value === undefined || value.length >= 32,
    "AUTH_SECRET must have at least 32 characters.",
  ),
  MODEL_TIMEOUT_MS: z.coerce
    .number({ error: "MODEL_TIMEOUT_MS must be a number of milliseconds." })
    .min(100, "MODEL_TIMEOUT_MS must be at least 100.")
    .default(60_000),
  TURN_TIMEOUT: text.refine(
    (value) => value === undefined || /^\d+[smhd]$/.test(value),
    "TURN_TIMEOUT must be a duration like 90s, 5m or 1h.",
  ),
  DEMO_TTFT_MS: z.coerce
    .number({ error: "DEMO_TTFT_MS must be a number of milliseconds." })
    .min(0, "DEMO_TTFT_MS must not be negative.")
    .optional(),
  DEMO_TOKENS_PER_SECOND: z.coerce
    .number({ error: "DEMO_TOKENS_PER_SECOND must be a number." })
    .positive("DEMO_TOKENS_PER_SECOND must be more than 0.")
    .optional(),
});

type Variables = z.infer<typeof variables>;

/** What a running service needs; everything the launcher would have filled in must be there. */
export function parseConfig(env: Env): Parsed<Config> {
  const parsed = read(env);
  if (!parsed.ok) return parsed;
  const { databaseUrl, trigger, ...rest } = common(parsed.config);
  const problems = inconsistencies(parsed.config);
  if (!databaseUrl) problems.push("DATABASE_URL must be set: it names the Postgres that holds the chats.");
  if (!trigger) problems.push("TRIGGER_SECRET_KEY must be set: it is the key of the Trigger.dev environment.");
  if (problems.length > 0 || !databaseUrl || !trigger) return { ok: false, problems };
  return { ok: true, config: { ...rest, databaseUrl, trigger } };
}

/** What a person set, before the launcher starts what is missing. */
export function parseLaunchConfig(env: Env): Parsed<LaunchConfig> {
  const parsed = read(env);
  if (!parsed.ok) return parsed;
  const config = parsed.config;
  const problems = inconsistencies(config);
  // With Trigger.dev there may be several web servers, and a secret of its own in each would sign people out at random.
  if (config.TRIGGER_SECRET_KEY && !config.AUTH_SECRET)
    problems.push("AUTH_SECRET must be set when TRIGGER_SECRET_KEY is: any random text of 32 characters or more.");
  if (problems.length > 0) return { ok: false, problems };
  return {
    ok: true,
    config: {
      ...common(config),
      dataDir: config.SKEIN_DATA_DIR ?? ".skein",
      enginePort: config.ENGINE_PORT,
      postgresPort: config.POSTGRES_PORT,
    },
  };
}

function read(env: Env): Parsed<Variables> {
  // `OPENAI_API_KEY=` in a .env file means: not set.
  const set = Object.fromEntries(Object.entries(env).filter(([, value]) => value?.trim()));
  const parsed = variables.safeParse(set);
  if (parsed.success) return { ok: true, config: parsed.data };
  return { ok: false, problems: [...new Set(parsed.error.issues.map((issue) => issue.message))] };
}

const S3_VARIABLES = ["S3_ENDPOINT", "S3_BUCKET", "S3_REGION", "S3_ACCESS_KEY_ID", "S3_SECRET_ACCESS_KEY"] as const;

function inconsistencies(config: Variables): string[] {
  const problems: string[] = [];
  const compatible = config.OPENAI_COMPATIBLE_MODELS.length > 0;
  if (config.OPENAI_COMPATIBLE_BASE_URL && !compatible)
    problems.push("OPENAI_COMPATIBLE_MODELS must list the models of OPENAI_COMPATIBLE_BASE_URL, separated by commas.");
  if (!config.OPENAI_COMPATIBLE_BASE_URL && (compatible || config.OPENAI_COMPATIBLE_API_KEY))
    problems.push("OPENAI_COMPATIBLE_BASE_URL must be set along with the other OPENAI_COMPATIBLE variables.");
  const unlisted = config.OPENAI_COMPATIBLE_VISION_MODELS.filter(
    (name) => !config.OPENAI_COMPATIBLE_MODELS.includes(name),
  );
  if (unlisted.length > 0)
    problems.push(
      `OPENAI_COMPATIBLE_VISION_MODELS must name models of OPENAI_COMPATIBLE_MODELS, not ${unlisted.join(", ")}.`,
    );
  if (S3_VARIABLES.some((name) => config[name] !== undefined))
    for (const name of S3_VARIABLES.filter((name) => config[name] === undefined))
      problems.push(`${name} must be set along with the other S3 variables.`);
  return problems;
}

function common(config: Variables): Omit<LaunchConfig, "dataDir" | "enginePort" | "postgresPort"> {
  return {
    databaseUrl: config.DATABASE_URL,
    trigger: config.TRIGGER_SECRET_KEY
      ? {
          secretKey: config.TRIGGER_SECRET_KEY,
          apiUrl: (config.TRIGGER_API_URL ?? "https://api.trigger.dev").replace(/\/+$/, ""),
          projectRef: config.TRIGGER_PROJECT_REF ?? "proj_skein",
          dashboardPath: config.PUBLIC_TRIGGER_PROJECT_DASHBOARD_PATH,
        }
      : undefined,
    realtimeUpstream: config.REALTIME_UPSTREAM,
    web: { host: config.HOST ?? "127.0.0.1", port: config.PORT, origin: config.ORIGIN },
    authSecret: config.AUTH_SECRET,
    providers: {
      anthropicApiKey: config.ANTHROPIC_API_KEY,
      openaiApiKey: config.OPENAI_API_KEY,
      googleApiKey: config.GOOGLE_GENERATIVE_AI_API_KEY,
      openaiCompatible: config.OPENAI_COMPATIBLE_BASE_URL
        ? {
            baseUrl: config.OPENAI_COMPATIBLE_BASE_URL,
            apiKey: config.OPENAI_COMPATIBLE_API_KEY,
            models: config.OPENAI_COMPATIBLE_MODELS,
            visionModels: config.OPENAI_COMPATIBLE_VISION_MODELS,
            contextWindow: config.OPENAI_COMPATIBLE_CONTEXT_WINDOW,
          }
        : undefined,
    },
    s3: bucketOf(config),
    defaultModel: config.DEFAULT_MODEL,
    modelTimeoutMs: config.MODEL_TIMEOUT_MS,
    turnTimeout: config.TURN_TIMEOUT,
    demo: { ttftMs: config.DEMO_TTFT_MS ?? 400, tokensPerSecond: config.DEMO_TOKENS_PER_SECOND ?? 40 },
  };
}

function bucketOf(config: Variables): Config["s3"] {
  const { S3_ENDPOINT: endpoint, S3_BUCKET: bucket, S3_REGION: region } = config;
  const { S3_ACCESS_KEY_ID: accessKeyId, S3_SECRET_ACCESS_KEY: secretAccessKey } = config;
  if (!endpoint || !bucket || !region || !accessKeyId || !secretAccessKey) return undefined;
  return { endpoint: endpoint.replace(/\/+$/, ""), bucket, region, accessKeyId, secretAccessKey };
}
