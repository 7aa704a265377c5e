import { describe, expect, it } from "vitest";
import { parseConfig, parseLaunchConfig } from "./config.ts";

const service = { DATABASE_URL: "postgres://u:p@localhost/skein", TRIGGER_SECRET_KEY: "tr_skein_x" };

describe("parseConfig", () => {
  it("fills in the defaults", () => {
    const parsed = parseConfig(service);
    if (!parsed.ok) throw new Error(parsed.problems.join());
    expect(parsed.config).toMatchObject({
      databaseUrl: service.DATABASE_URL,
      trigger: { apiUrl: "https://api.trigger.dev", projectRef: "proj_skein" },
      web: { host: "127.0.0.1", port: undefined, origin: undefined },
      demo: { ttftMs: 400, tokensPerSecond: 40 },
      defaultModel: undefined,
    });
  });

  it("takes an empty variable for one that is not set", () => {
    const parsed = parseConfig({ ...service, PORT: "", OPENAI_API_KEY: " " });
    expect(parsed).toMatchObject({ ok: true, config: { web: { port: undefined }, providers: {} } });
  });

  it("reads an OpenAI-compatible server with its list of models", () => {
    const parsed = parseConfig({
      ...service,
      OPENAI_COMPATIBLE_BASE_URL: "http://localhost:11434/v1",
      OPENAI_COMPATIBLE_MODELS: "llama3, , qwen3 ",
    });
    expect(parsed).toMatchObject({
      ok: true,
      config: {
        providers: { openaiCompatible: { models: ["llama3", "qwen3"], apiKey: undefined, contextWindow: 8192 } },
      },
    });
  });

  it("keeps the origin only, and drops a trailing slash of the API's address", () => {
    const parsed = parseConfig({ ...service, ORIGIN: "https://a.example/x", TRIGGER_API_URL: "http://t.example/" });
    expect(parsed).toMatchObject({
      ok: true,
      config: { web: { origin: "https://a.example" }, trigger: { apiUrl: "http://t.example" } },
    });
  });

  it("knows a duration", () => {
    expect(parseConfig({ ...service, TURN_TIMEOUT: "90s" })).toMatchObject({ config: { turnTimeout: "90s" } });
    expect(parseConfig({ ...service, TURN_TIMEOUT: "soon" })).toEqual({
      ok: false,
      problems: ["TURN_TIMEOUT must be a duration like 90s, 5m or 1h."],
    });
  });

  it("reads which of the models can look at images", () => {
    const server = { OPENAI_COMPATIBLE_BASE_URL: "http://localhost:11434/v1", OPENAI_COMPATIBLE_MODELS: "a,b" };
    expect(parseConfig({ ...service, ...server, OPENAI_COMPATIBLE_VISION_MODELS: "b" })).toMatchObject({
      config: { providers: { openaiCompatible: { models: ["a", "b"], visionModels: ["b"] } } },
    });
    expect(parseConfig({ ...service, ...server, OPENAI_COMPATIBLE_VISION_MODELS: "b,c,d" })).toEqual({
      ok: false,
      problems: ["OPENAI_COMPATIBLE_VISION_MODELS must name models of OPENAI_COMPATIBLE_MODELS, not c, d."],
    });
  });

  it("reads a bucket, whole or not at all", () => {
    const bucket = {
      S3_ENDPOINT: "https://s3.example.org/",
      S3_BUCKET: "skein",
      S3_REGION: "eu",
      S3_ACCESS_KEY_ID: "id",
      S3_SECRET_ACCESS_KEY: "secret",
    };
    expect(parseConfig(service)).toMatchObject({ config: { s3: undefined } });
    expect(parseConfig({ ...service, ...bucket })).toMatchObject({
      config: { s3: { endpoint: "https://s3.example.org", bucket: "skein", secretAccessKey: "secret" } },
    });
    expect(parseConfig({ ...service, ...bucket, S3_REGION: "", S3_SECRET_ACCESS_KEY: "" })).toEqual({
      ok: false,
      problems: [
        "S3_REGION must be set along with the other S3 variables.",
        "S3_SECRET_ACCESS_KEY must be set along with the other S3 variables.",
      ],
    });
    expect(parseConfig({ ...service, ...bucket, S3_ENDPOINT: "s3.example.org" })).toMatchObject({
      problems: ["S3_ENDPOINT must be a URL like https://s3.eu-central-1.amazonaws.com."],
    });
  });

  it("lists everything that is missing", () => {
    expect(parseConfig({})).toEqual({
      ok: false,
      problems: [expect.stringContaining("DATABASE_URL"), expect.stringContaining("TRIGGER_SECRET_KEY")],
    });
  });
});

describe("parseLaunchConfig", () => {
  it("needs nothing", () => {
    expect(parseLaunchConfig({})).toMatchObject({
      ok: true,
      config: { databaseUrl: undefined, trigger: undefined, dataDir: ".skein", enginePort: undefined },
    });
  });

  it("asks for AUTH_SECRET when it does not run the engine itself", () => {
    expect(parseLaunchConfig({ TRIGGER_SECRET_KEY: "tr_x" })).toEqual({
      ok: false,
      problems: [expect.stringContaining("AUTH_SECRET")],
    });
  });

  it("lists every problem at once, one sentence each, naming the variable", () => {
    const parsed = parseLaunchConfig({
      DATABASE_URL: "mysql://x",
      PORT: "http",
      ENGINE_PORT: "70000",
      POSTGRES_PORT: "1.5",
      ORIGIN: "example.org",
      DEFAULT_MODEL: "the best one",
      AUTH_SECRET: "short",
      DEMO_TTFT_MS: "-1",
      DEMO_TOKENS_PER_SECOND: "0",
    });
    if (parsed.ok) throw new Error("expected problems");
    const names = parsed.problems.map((problem) => problem.split(" ")[0]);
    expect(names.sort()).toEqual([
      "AUTH_SECRET",
      "DATABASE_URL",
      "DEFAULT_MODEL",
      "DEMO_TOKENS_PER_SECOND",
      "DEMO_TTFT_MS",
      "ENGINE_PORT",
      "ORIGIN",
      "PORT",
      "POSTGRES_PORT",
    ]);
    for (const problem of parsed.problems) expect(problem).toMatch(/\.$/);
  });

  it.each([
    [{ OPENAI_COMPATIBLE_BASE_URL: "http://localhost:1/v1" }, "OPENAI_COMPATIBLE_MODELS"],
    [{ OPENAI_COMPATIBLE_MODELS: "a" }, "OPENAI_COMPATIBLE_BASE_URL"],
    [{ OPENAI_COMPATIBLE_API_KEY: "k" }, "OPENAI_COMPATIBLE_BASE_URL"],
  ])("wants the OpenAI-compatible variables together: %o", (env, variable) => {
    expect(parseLaunchConfig(env)).toEqual({ ok: false, problems: [expect.stringMatching(`^${variable} `)] });
  });
});
