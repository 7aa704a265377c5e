import { parseArgs } from "node:util";
import { startTestPostgres } from "../../../tests/support/postgres.ts";
import { fuzz } from "./fuzz.ts";
import { startEngineProcess } from "../engine-process.ts";

/** `npm run fuzz -- --seed N --requests M`: exits with 1 when an answer, the process or its memory was wrong. */
const { values } = parseArgs({
  options: {
    seed: { type: "string", default: String(Date.now() % 1e6) },
    requests: { type: "string", default: "100000" },
  },
});
const seed = Number(values.seed);

/**
 * What the engine may have more after all requests than after the first 20,000, in megabytes. What it holds must not grow;
 * what the process has goes up and down by a hundred with the largest bodies that were under way at once.
 */
const MAX_GROWTH = { held: 20, rss: 250 };

const postgres = await startTestPostgres();
process.env.TEST_POSTGRES_URL = postgres.url;
const engine = await startEngineProcess();
const startedAt = performance.now();
const { sent, statuses, problems, before, after } = await fuzz(engine, seed, Number(values.requests));
const seconds = (performance.now() - startedAt) / 1000;
await engine.stop();
await postgres.stop();

const growth = { held: after.held - before.held, rss: after.rss - before.rss };
const rounded = (memory: typeof before) => `held ${memory.held.toFixed(1)} MB, RSS ${memory.rss.toFixed(0)} MB`;
console.log(`seed ${seed}: ${sent} requests in ${seconds.toFixed(0)} s`);
console.log(
  `answers: ${Object.entries(statuses)
    .map(([status, times]) => `${status} × ${times}`)
    .join(", ")}`,
);
console.log(`memory after the first 20,000: ${rounded(before)}; at the end: ${rounded(after)}`);
if (growth.held > MAX_GROWTH.held || growth.rss > MAX_GROWTH.rss) problems.push("the engine's memory grew too much");
for (const problem of problems) console.log(`- ${problem}`);
console.log(problems.length === 0 ? "nothing wrong" : `${problems.length} wrong`);
process.exit(problems.length === 0 ? 0 : 1);
