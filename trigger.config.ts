import { defineConfig } from "@trigger.dev/sdk";

export default defineConfig({
  project: process.env.TRIGGER_PROJECT_REF ?? "proj_skein",
  dirs: ["./trigger"],
  runtime: "node",
  // Seconds of compute, not of waiting. A long research turn needs minutes; a run that never ends must not run for ever.
  maxDuration: 3600,
  // Booting a process is nearly all of a cold first turn: a chat's run hands its process to the next.
  processKeepAlive: { enabled: true, maxExecutionsPerProcess: 50, devMaxPoolSize: 4 },
  // A chat turn that failed is retried by the person who sees it: a silent second attempt would answer twice.
  retries: { enabledInDev: false, default: { maxAttempts: 1 } },
});
