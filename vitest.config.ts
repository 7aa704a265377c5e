import { availableParallelism } from "node:os";
import { sveltekit } from "@sveltejs/kit/vite";
import { defineConfig } from "vitest/config";

const beside = (pattern: string) =>
  ["src", "trigger", "engine", "launcher", "tests/chaos"].map((folder) => `${folder}/**/${pattern}`);

const fuzz = "engine/fuzz.test.ts";

export default defineConfig({
  test: {
    // Each file clones its own database from one migrated template, made here once a run.
    globalSetup: ["./tests/support/postgres.global.ts"],
    // How long until a test that hangs is given up; a slow or busy machine is no failure.
    testTimeout: 30_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 10_000 } },
    // They mostly wait for Postgres and for timers: more of them than cores are done sooner.
    maxWorkers: Math.max(3, availableParallelism()),
    // `npm run test:core`: a decision without a test is a defect.
    coverage: { provider: "v8", include: ["engine/core/**/*.ts"], reporter: "text", thresholds: { 100: true } },
    projects: [
      {
        extends: true,
        plugins: [sveltekit()],
        test: { name: "unit", include: beside("*.test.ts"), exclude: [...beside("*.svelte.test.ts"), fuzz] },
      },
      {
        extends: true,
        // It is a load of its own, of which it measures the memory: it comes after the others, alone.
        test: { name: "fuzz", include: [fuzz], sequence: { groupOrder: 1 } },
      },
      {
        // Rune classes as the browser runs them: compiled for the client, so that effects run and state is reactive.
        extends: true,
        plugins: [sveltekit()],
        // Without these two, `svelte` itself is the server build, whose `untrack` and effects do nothing.
        resolve: { conditions: ["browser"] },
        test: {
          name: "runes",
          server: { deps: { inline: [/\/svelte\//] } },
          include: beside("*.svelte.test.ts"),
          environment: "./tests/support/client-environment.ts",
        },
      },
      {
        extends: true,
        test: {
          name: "protocol",
          include: ["tests/protocol/**/*.test.ts"],
          // The real SDK and CLI boot processes and compile the agent.
          testTimeout: 120_000,
          hookTimeout: 120_000,
          // Mostly they wait for one another's processes: two at a time are twice as fast, more only in each other's way.
          maxWorkers: 2,
        },
      },
    ],
  },
});
