import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { findChromium } from "./support/chromium.ts";
import { startTestPostgres } from "./support/postgres.ts";

/** `npm test`: every part, whatever the ones before it said, and one line with the sum at the end. */
interface Tally {
  passed: number;
  failed: number;
}

process.chdir(fileURLToPath(new URL("..", import.meta.url)));
const reports = mkdtempSync(join(tmpdir(), "skein-tests-"));
const total: Tally = { passed: 0, failed: 0 };

await part("lint", ["npm", "run", "--silent", "lint"], one);
await part("types", ["npm", "run", "--silent", "check"], one);

// The protocol tests open a page as well.
const browser = findChromium() ?? (await installChromium());
const postgres = await startTestPostgres();
const shared = { TEST_POSTGRES_URL: postgres.url };
await part(
  "unit",
  ["vitest", "run", "--project", "unit", "--project", "runes", "--project", "fuzz", ...vitestReport("unit")],
  vitest,
  shared,
);
await part("protocol", ["vitest", "run", "--project", "protocol", ...vitestReport("protocol")], vitest, shared);
await postgres.stop();

await part("build", ["npm", "run", "--silent", "build"], one);
const few = ["--seed", "1", "--conversations", "10", "--parallel", "3", "--every", "3-6", "--kills", "5"];
await part("chaos", ["npm", "run", "--silent", "chaos", "--", ...few], one);
if (browser) {
  const env = { PLAYWRIGHT_JSON_OUTPUT_FILE: report("end-to-end") };
  await part("end-to-end", ["playwright", "test", "--reporter=list,json"], playwright, env);
} else {
  console.error("\nThere is no Chromium: install one, or set CHROMIUM_PATH. The end-to-end tests did not run.");
  total.failed++;
}

rmSync(reports, { recursive: true, force: true });
console.log(`\n${total.passed} passed, ${total.failed} failed`);
process.exit(total.failed === 0 ? 0 : 1);

type Count = (name: string, code: number) => Tally;

async function part(name: string, command: string[], count: Count, env: Record<string, string> = {}): Promise<void> {
  console.log(`\n=== ${name} ===`);
  const startedAt = Date.now();
  const code = await run(command, env);
  const tally = count(name, code);
  // A part that broke down without a failed test of its own must not look green.
  if (code !== 0 && tally.failed === 0) tally.failed = 1;
  total.passed += tally.passed;
  total.failed += tally.failed;
  const seconds = Math.round((Date.now() - startedAt) / 1000);
  console.log(`--- ${name}: ${tally.passed} passed, ${tally.failed} failed, ${seconds} s`);
}

function run([command = "", ...args]: string[], env: Record<string, string>): Promise<number> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: "inherit", env: { ...process.env, ...env } });
    child.on("error", (error) => {
      console.error(error.message);
      resolve(1);
    });
    child.on("exit", (code) => resolve(code ?? 1));
  });
}

async function installChromium(): Promise<string | undefined> {
  console.log("\nThere is no Chromium here: installing Playwright's.");
  await run(["playwright", "install", "chromium"], {});
  return findChromium();
}

function one(_name: string, code: number): Tally {
  return code === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
}

function vitest(name: string): Tally {
  const { numPassedTests = 0, numFailedTests = 0 } = read<{ numPassedTests: number; numFailedTests: number }>(name);
  return { passed: numPassedTests, failed: numFailedTests };
}

function playwright(name: string): Tally {
  const {
    expected = 0,
    flaky = 0,
    unexpected = 0,
  } = read<{ stats: { expected: number; flaky: number; unexpected: number } }>(name).stats ?? {};
  return { passed: expected + flaky, failed: unexpected };
}

function read<T>(name: string): Partial<T> {
  return existsSync(report(name)) ? (JSON.parse(readFileSync(report(name), "utf8")) as T) : {};
}

function report(name: string): string {
  return join(reports, `${name}.json`);
}

function vitestReport(name: string): string[] {
  return ["--reporter=default", "--reporter=json", `--outputFile.json=${report(name)}`];
}
