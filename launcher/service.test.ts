import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Child } from "./child.ts";
import { ChildLog } from "./log.ts";
import { identify, signal } from "./process-table.ts";
import { Service, type ServiceOptions } from "./service.ts";

let dir: string;
let children: Child[];
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "skein-service-"));
  mkdirSync(join(dir, "logs"));
  children = [];
  vi.spyOn(console, "log").mockImplementation(() => {});
});
afterEach(() => {
  rmSync(dir, { recursive: true });
  vi.restoreAllMocks();
});

function service(script: string, options: Partial<ServiceOptions> = {}): Service {
  return new Service({
    title: "The stub",
    log: new ChildLog(dir, "stub"),
    prepare: () => ({ command: process.execPath, args: ["-e", script], env: process.env }),
    isReady: () => Promise.resolve(true),
    stop: { signal: "SIGTERM", graceMs: 300 },
    startAttempts: 1,
    startTimeoutMs: 10_000,
    onStart: (child) => children.push(child),
    ...options,
  });
}

const forever = "setInterval(() => {}, 1000)";
const started = (count: number) => vi.waitFor(() => expect(children).toHaveLength(count), { timeout: 5000 });
const isGone = (pid: number) => vi.waitFor(() => expect(identify(pid)).toBeUndefined(), { timeout: 10_000 });

describe("Service", () => {
  it("starts a child again when it is killed, and leaves nothing when it is stopped", async () => {
    const stub = service(forever);
    await stub.start();
    children.forEach((child) => signal(child.id.pid, "SIGKILL"));
    await started(2);
    await stub.stop();
    for (const child of children) await isGone(child.id.pid);
    expect(children).toHaveLength(2);
  });

  it("kills a child that does not listen to its signal, with everything in its group", async () => {
    const deaf = `process.on("SIGTERM", () => {});
      const { pid } = require("node:child_process").spawn(process.execPath, ["-e", "${forever}"], { stdio: "ignore" });
      console.log("grandchild " + pid); ${forever}`;
    const path = join(dir, "logs", "stub.log");
    const log = () => (existsSync(path) ? readFileSync(path, "utf8") : "");
    const stub = service(deaf, { isReady: () => Promise.resolve(log().includes("grandchild")) });
    await stub.start();
    const grandchild = Number(/grandchild (\d+)/.exec(log())?.[1]);
    expect(identify(grandchild)).toBeDefined();
    await stub.stop();
    await isGone(grandchild);
  });

  it("gives up with one sentence when the child cannot start", async () => {
    const stub = service(`console.error("Error: no such thing"); process.exit(3)`, {
      isReady: () => Promise.resolve(false),
    });
    await expect(stub.start()).rejects.toThrow(
      /^The stub stopped while starting \(exit code 3\): Error: no such thing\. /,
    );
  });

  it("tries again when a later start cannot be prepared", async () => {
    let preparations = 0;
    const stub = service(forever, {
      prepare: () => {
        if (++preparations === 2) throw new Error("not now");
        return { command: process.execPath, args: ["-e", forever], env: process.env };
      },
    });
    await stub.start();
    children.forEach((child) => child.kill());
    await started(2);
    await stub.stop();
  });

  it("gives up when the child is not ready in time", async () => {
    const stub = service(forever, { isReady: () => Promise.resolve(false), startTimeoutMs: 300 });
    await expect(stub.start()).rejects.toThrow(/^The stub was not ready in time/);
    for (const child of children) await isGone(child.id.pid);
  });

  it("restarts on request, at once and however often", async () => {
    const stub = service(forever);
    await stub.start();
    for (let count = 2; count <= 4; count++) {
      stub.restart();
      await started(count);
    }
    await stub.stop();
  });

  it("stops while it waits for what it depends on", async () => {
    let release = () => {};
    const stub = service(forever, {
      prepare: async () => {
        await new Promise<void>((resolve) => (release = resolve));
        return { command: process.execPath, args: ["-e", forever], env: {} };
      },
    });
    void stub.start();
    const stopping = stub.stop();
    release();
    await stopping;
    expect(children).toEqual([]);
  });
});
