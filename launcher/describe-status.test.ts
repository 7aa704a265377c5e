import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { describeStatus, linesOf } from "./describe-status.ts";
import { identify, type ProcessId } from "./process-table.ts";
import { writeRecord } from "./record.ts";
import { loadSecrets } from "./secrets.ts";

const self = identify(process.pid) as ProcessId;
const web = "http://127.0.0.1:3000";
let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "skein-status-"));
});
afterEach(() => rm(dir, { recursive: true }));

const record = (engine: string | undefined, launcher = self) =>
  writeRecord(dir, { instance: "a", launcher, children: { engine: self }, addresses: { web, engine } });

it("says that nothing runs, also when a killed launcher has left its record", async () => {
  const nothing = { isRunning: false, lines: [expect.stringContaining("is not running") as string] };
  expect(await describeStatus(dir)).toEqual(nothing);
  await record(undefined, { ...self, started: "another time" });
  expect(await describeStatus(dir)).toEqual(nothing);
});

it("says that the engine does not answer", async () => {
  await record("http://127.0.0.1:1");
  const { isRunning, lines } = await describeStatus(dir);
  expect(isRunning).toBe(true);
  expect(lines[1]).toMatch(/^The engine at http:\/\/127\.0\.0\.1:1 does not answer/);
});

it("leaves Trigger.dev's runs to its dashboard", async () => {
  await record(undefined);
  expect((await describeStatus(dir)).lines[1]).toMatch(/Trigger\.dev/);
});

it("asks the engine with the instance's key, and measures its processes", async () => {
  const { triggerSecretKey } = await loadSecrets(dir);
  const engine = await engineWith(triggerSecretKey);
  await record(`http://127.0.0.1:${(engine.address() as AddressInfo).port}`);
  const { lines } = await describeStatus(dir);
  engine.close();
  expect(lines.slice(0, 2)).toEqual([
    `Skein runs at ${web}, with its data in ${dir}.`,
    "Engine     1.2.3, speaks 4.8.3, up 5 s. No worker asks for runs.",
  ]);
  if (process.platform === "linux") expect(lines.find((line) => /^ {2}engine +1 +\d+ +\d+$/.test(line))).toBeDefined();
});

it("puts runs and queue into words", () => {
  const engine = { version: "1", protocol: "4.8.3", uptimeSeconds: 1, missing: [], sessions: { open: 3, live: 1 } };
  const runs = { EXECUTING: 1, COMPLETED_SUCCESSFULLY: 7 };
  expect(linesOf({ ...engine, runs, queue: { length: 2, oldestSeconds: 4 } }).slice(1)).toEqual([
    "Sessions   3 open, 1 live",
    "Runs       1 executing, 7 completed successfully",
    "Queue      2 waiting, the first for 4 s",
  ]);
  expect(linesOf({ ...engine, runs: {}, queue: { length: 0, oldestSeconds: null } }).slice(2)).toEqual([
    "Runs       none yet",
    "Queue      empty",
  ]);
});

/** Answers as the engine does, to whoever has the key. */
function engineWith(key: string): Promise<Server> {
  const status = { version: "1.2.3", protocol: "4.8.3", uptimeSeconds: 5, missing: ["No worker asks for runs."] };
  const numbers = { sessions: { open: 0, live: 0 }, runs: {}, queue: { length: 0, oldestSeconds: null } };
  const server = createServer((request, response) => {
    const isKnown = request.url === "/engine/v1/status" && request.headers.authorization === `Bearer ${key}`;
    response.writeHead(isKnown ? 200 : 401).end(JSON.stringify({ ...status, ...numbers }));
  });
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server)));
}
