import { defineConfig } from "@trigger.dev/sdk";

export default defineConfig({
  project: process.env.TRIGGER_PROJECT_REF ?? "proj_skein",
  dirs: ["./trigger"],
  // What a task uses is no task: it need not be loaded to be looked through for some.
  ignorePatterns: ["**/*.test.ts", "trigger/tools/**", "trigger/{services,redelivered}.ts"],
  runtime: "node",
  // Seconds of compute, not of waiting. A long research turn needs minutes; a run that never ends must not run for ever.
  maxDuration: 3600,
  // Booting a process is nearly all of a cold first turn: a chat's run hands its process to the next.
  processKeepAlive: { enabled: true, maxExecutionsPerProcess: 50, devMaxPoolSize: 4 },
  // Read from node_modules as they are: without them the bundler has half a second less to do before a worker that died is
  // back, and a run boots no later.
  build: {
    external: [
      "ai",
      "@ai-sdk/anthropic",
      "@ai-sdk/google",
      "@ai-sdk/openai",
      "@ai-sdk/openai-compatible",
      "@jitl/quickjs-singlefile-mjs-release-sync",
      "@joplin/turndown-plugin-gfm",
      "@mixmark-io/domino",
      "@mozilla/readability",
      "kysely",
      "pg",
      "quickjs-emscripten-core",
      "turndown",
    ],
  },
  // A chat turn that failed is retried by the person who sees it: a silent second attempt would answer twice.
  retries: { enabledInDev: false, default: { maxAttempts: 1 } },
});
