import { describe, expect, it } from "vitest";
import { parseEngineConfig } from "./config.ts";

const given = {
  DATABASE_URL: "postgres://localhost/engine",
  ENGINE_PORT: "8730",
  TRIGGER_SECRET_KEY: "a key of some length",
  TRIGGER_ACCESS_TOKEN: "tr_pat_x",
  TRIGGER_PROJECT_REF: "proj_x",
};

describe("the engine's settings", () => {
  it("are numbers and words with defaults; what is set to nothing is not set", () => {
    const empty = { ENGINE_TELEMETRY_DAYS: "", ENGINE_TELEMETRY_CONTENT: "", ENGINE_LOG_LEVEL: " " };
    expect(parseEngineConfig({ ...given, ...empty, ENGINE_MAX_CONNECTIONS: "5" })).toMatchObject({
      ...{ ENGINE_PORT: 8730, ENGINE_LOG_LEVEL: "info", ENGINE_MAX_CONNECTIONS: 5 },
      ...{ ENGINE_TELEMETRY_DAYS: 7, ENGINE_TELEMETRY_CONTENT: "0" },
    });
  });

  it("that are wrong are all named at once", () => {
    const wrong = { ENGINE_PORT: "99999999", ENGINE_TELEMETRY_CONTENT: "yes", TRIGGER_ACCESS_TOKEN: "x" };
    expect(() => parseEngineConfig({ ...given, ...wrong })).toThrow(
      /^The engine cannot start: (?=.*ENGINE_PORT)(?=.*TELEMETRY_CONTENT)(?=.*ACCESS_TOKEN)/,
    );
  });
});
