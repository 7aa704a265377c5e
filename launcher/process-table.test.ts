import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { afterEach, expect, it, vi } from "vitest";
import { identify, isGroupRunning } from "./process-table.ts";

const children: ChildProcess[] = [];
afterEach(() => children.splice(0).forEach((child) => child.kill("SIGKILL")));

function start(command: string, args: string[], detached = false): ChildProcess {
  const child = spawn(command, args, { detached, stdio: ["ignore", "pipe", "ignore"] });
  children.push(child);
  return child;
}

it("a group runs as long as one of its processes does", async () => {
  const leader = start("sh", ["-c", "sleep 1000 & echo started; exec sleep 1000"], true);
  const group = leader.pid ?? 0;
  await once(leader.stdout ?? leader, "data");
  expect(isGroupRunning(group)).toBe(true);
  leader.kill("SIGKILL");
  await once(leader, "exit");
  expect(isGroupRunning(group)).toBe(true);
  process.kill(-group, "SIGKILL");
  await vi.waitFor(() => expect(isGroupRunning(group)).toBe(false), { timeout: 10_000 });
});

it.runIf(process.platform === "linux")(
  "a group of nobody but a dead process that nobody collects does not run",
  async () => {
    // What `sleep` inherits as its child it never waits for.
    const parent = start("sh", ["-c", `setsid sh -c 'echo $$' & exec sleep 1000`]);
    const [said] = (await once(parent.stdout ?? parent, "data")) as [Buffer];
    const group = Number(said.toString());
    await vi.waitFor(() => expect(identify(group)).toBeUndefined(), { timeout: 10_000 });
    expect(process.kill(-group, 0)).toBe(true);
    expect(isGroupRunning(group)).toBe(false);
  },
);
