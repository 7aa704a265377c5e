import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { clearWorkerFiles, workerBranch } from "./worker.ts";

it("gives each data directory a branch of its own, always the same", () => {
  expect(workerBranch("/a/.skein")).toBe(workerBranch("/a/.skein"));
  expect(workerBranch("/a/.skein")).not.toBe(workerBranch("/b/.skein"));
});

it("removes what this instance's CLI left behind and nothing of another's", async () => {
  const project = await mkdtemp(join(tmpdir(), "skein-worker-"));
  await clearWorkerFiles(project, "/a");
  const [mine, other] = [workerBranch("/a"), workerBranch("/b")];
  await mkdir(join(project, ".trigger", `tmp-${mine}-1234`, "store"), { recursive: true });
  for (const name of [`dev.${mine}-1234.lock`, `dev.${other}-1234.lock`, "dev.lock"])
    await writeFile(join(project, ".trigger", name), "1");
  await clearWorkerFiles(project, "/a");
  expect(await readdir(join(project, ".trigger"))).toEqual(["dev.lock", `dev.${other}-1234.lock`]);
  await rm(project, { recursive: true });
});
