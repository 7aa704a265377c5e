import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { lockDataDir } from "./data-dir.ts";
import { writeRecord } from "./record.ts";

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "skein-lock-"));
});
afterEach(() => rm(dir, { recursive: true }));

it("lets one in at a time, and says who is there", async () => {
  const unlock = await lockDataDir(dir);
  await writeRecord(dir, { instance: "a", launcher: { pid: 4711, started: "1" }, children: {} });
  await expect(lockDataDir(dir)).rejects.toThrow("in use by another Skein (process 4711)");
  unlock();
  (await lockDataDir(dir))();
});

it("is free again when its holder was killed", async () => {
  const script = `import { lockDataDir } from ${JSON.stringify(new URL("./data-dir.ts", import.meta.url).href)};
    await lockDataDir(${JSON.stringify(dir)}); console.log("locked"); setInterval(() => {}, 1000);`;
  const holder = spawn(process.execPath, ["--input-type=module", "-e", script]);
  await once(holder.stdout, "data");
  await expect(lockDataDir(dir)).rejects.toThrow("in use by another Skein:");
  holder.kill("SIGKILL");
  await once(holder, "exit");
  (await lockDataDir(dir))();
});

it("explains a directory it cannot make", async () => {
  await writeFile(join(dir, "file"), "");
  await expect(lockDataDir(join(dir, "file", "data"))).rejects.toThrow(/^SKEIN_DATA_DIR /);
});
