import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { resolve } from "node:path";
import { parseLaunchConfig } from "../src/lib/server/config.ts";
import { Launcher } from "./launcher.ts";
import { say } from "./log.ts";
import { LaunchProblem, sentence } from "./problem.ts";

/** `node launcher/index.ts dev|start`: everything, until Ctrl-C. */
const mode = process.argv[2];
if (mode !== "dev" && mode !== "start") quit("Say which: node launcher/index.ts dev, or node launcher/index.ts start.");

const project = fileURLToPath(new URL("..", import.meta.url));
process.chdir(project);
if (existsSync(".env")) process.loadEnvFile(".env");

const parsed = parseLaunchConfig(process.env);
if (!parsed.ok) quit(...parsed.problems);
if (mode === "start" && !existsSync("build/handler.js"))
  quit("There is no production build yet: run npm run build first, then npm start.");

const launcher = new Launcher(mode, parsed.config, resolve(parsed.config.dataDir));

// A terminal that went away is no reason to leave half an instance behind.
process.stdout.on("error", () => {});
process.stderr.on("error", () => {});
// npm passes the terminal's Ctrl-C on a second time: once is enough, and the end is bounded anyway.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => void end(0));
process.on("uncaughtException", (error) => void end(1, error));
process.on("unhandledRejection", (error) => void end(1, error));

try {
  say(`Skein is ready at ${await launcher.start()}`);
} catch (error) {
  await end(1, error);
}

async function end(code: number, error?: unknown): Promise<never> {
  if (error !== undefined) {
    const known = error instanceof LaunchProblem;
    console.error(known ? error.message : `Skein cannot go on: ${sentence(error).split("\n")[0]}.`);
  } else say("Stopping …");
  await launcher.stop();
  process.exit(code);
}

function quit(...problems: string[]): never {
  for (const problem of problems) console.error(problem);
  process.exit(1);
}
