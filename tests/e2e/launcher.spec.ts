import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "@playwright/test";
import { instanceVariable } from "../../launcher/leftovers.ts";
import { withEnvironment } from "../../launcher/process-table.ts";
import { readRecord } from "../../launcher/record.ts";
import { freePort } from "../support/ports.ts";
import { isAlive } from "../support/processes.ts";
import { startStack, type ChildName, type Stack } from "../support/stack.ts";

let dataDir: string;
test.beforeAll(() => {
  dataDir = mkdtempSync(join(tmpdir(), "skein-launcher-"));
});
test.afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

const names: ChildName[] = ["postgres", "engine", "worker", "web"];
const isReady = async (stack: Stack) =>
  (await Promise.all([`http://127.0.0.1:${stack.ports.engine}/readyz`, stack.url].map(answers))).every(Boolean);
const answers = (url: string) =>
  fetch(url).then(
    (response) => response.ok,
    () => false,
  );

/** Runs the launcher to its end and returns its exit code and the lines it printed to stderr. */
function launch(env: Record<string, string>): { code: number | null; lines: string[] } {
  const { status, stderr } = spawnSync(process.execPath, ["launcher/index.ts", "start"], {
    env: { ...process.env, SKEIN_DATA_DIR: join(dataDir, "other"), ...env },
    encoding: "utf8",
    timeout: 30_000,
  });
  return { code: status, lines: stderr.trim().split("\n") };
}

test("two instances run side by side, and each ends within five seconds with nothing left", async () => {
  const stacks = await Promise.all([startStack({ dataDir }), startStack()]);
  expect(launch({ SKEIN_DATA_DIR: dataDir })).toEqual({
    code: 1,
    lines: [expect.stringMatching(/^SKEIN_DATA_DIR \S+ is in use by another Skein \(process \d+\): .*\.$/)],
  });
  for (const stack of stacks) {
    const pids = names.map((name) => stack.pids()[name] ?? 0);
    const { code, left, tookMs } = await stack.stop();
    expect({ code, left }).toEqual({ code: 0, left: [] });
    expect(tookMs).toBeLessThan(5000);
    expect(pids.filter(isAlive)).toEqual([]);
  }
});

test("a child that is killed comes back, and no other has to", async () => {
  const stack = await startStack({ dataDir });
  for (const [name, replaced] of [
    ["web", ["web"]],
    ["worker", ["worker"]],
    ["engine", ["engine"]],
    ["postgres", ["postgres"]],
  ] as const) {
    const before = stack.pids();
    stack.kill(name);
    const changed = () => names.filter((one) => stack.pids()[one] !== before[one]).sort();
    await expect.poll(changed, { timeout: 60_000 }).toEqual(replaced);
    await expect.poll(() => isReady(stack), { timeout: 60_000 }).toBe(true);
  }
  await stack.stop();
});

test("the worker is started again when the engine stays away for long", async () => {
  const stack = await startStack({ dataDir });
  const { worker } = stack.pids();
  const engines = new Set<number>();
  // Each new one, as soon as it is there.
  await expect
    .poll(
      () => {
        const { engine } = stack.pids();
        if (engine !== undefined && !engines.has(engine)) engines.add(stack.kill("engine"));
        return stack.pids().worker;
      },
      { timeout: 60_000, intervals: [50] },
    )
    .not.toBe(worker);
  await expect.poll(() => isReady(stack), { timeout: 60_000 }).toBe(true);
  await stack.stop();
});

test("a launcher that is killed takes everything with it, and the next one finds the data", async () => {
  const first = await startStack({ dataDir });
  const { instance } = (await readRecord(dataDir)) ?? { instance: "" };
  const postgres = first.pids().postgres ?? 0;
  first.kill("launcher");
  const left = () => withEnvironment(instanceVariable, instance).length;
  await expect.poll(left, { timeout: 15_000 }).toBe(0);
  await expect.poll(() => isAlive(postgres), { timeout: 15_000 }).toBe(false);

  const second = await startStack({ dataDir });
  expect(second.output()).not.toContain("Migrated");
  await second.stop();
});

test("what is wrong is said in one sentence that names the variable", async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const port = String((server.address() as AddressInfo).port);
  // Whatever else runs on this machine, the other ports are no problem.
  const PORT = String(await freePort());
  for (const variable of ["PORT", "ENGINE_PORT", "POSTGRES_PORT"])
    expect(launch({ PORT, [variable]: port })).toEqual({
      code: 1,
      lines: [`Port ${port} is taken on 127.0.0.1: set ${variable} to a free one.`],
    });
  expect(launch({ PORT, DATABASE_URL: "postgres://u:p@127.0.0.1:1/x" })).toEqual({
    code: 1,
    lines: [expect.stringMatching(/^DATABASE_URL names a database that does not answer: [^\n]+\.$/)],
  });
  expect(launch({ PORT: "http", DATABASE_URL: "mysql://x" })).toEqual({
    code: 1,
    lines: [expect.stringContaining("DATABASE_URL"), expect.stringContaining("PORT")],
  });
  server.close();
});
