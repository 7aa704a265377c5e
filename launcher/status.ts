import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseLaunchConfig } from "../src/lib/server/config.ts";
import { describeStatus } from "./describe-status.ts";

/** `npm run status`: what runs in the data directory, from any other terminal. Exits with 1 when nothing does. */
process.chdir(fileURLToPath(new URL("..", import.meta.url)));
if (existsSync(".env")) process.loadEnvFile(".env");

const parsed = parseLaunchConfig(process.env);
const { isRunning, lines } = parsed.ok
  ? await describeStatus(resolve(parsed.config.dataDir))
  : { isRunning: false, lines: parsed.problems };
for (const line of lines) console.log(line);
process.exit(isRunning ? 0 : 1);
