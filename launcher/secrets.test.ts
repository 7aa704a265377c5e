import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { loadSecrets } from "./secrets.ts";

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "skein-secrets-"));
});
afterEach(() => rm(dir, { recursive: true }));

it("makes secrets once, for the owner's eyes only, and finds them again", async () => {
  const first = await loadSecrets(dir);
  expect(await loadSecrets(dir)).toEqual(first);
  expect((await stat(join(dir, "secrets.json"))).mode & 0o777).toBe(0o600);
  expect(first.triggerSecretKey).toMatch(/^tr_skein_/);
  expect(first.triggerAccessToken).toMatch(/^tr_pat_/);
});

it("never replaces a file it cannot read", async () => {
  await writeFile(join(dir, "secrets.json"), "{");
  await expect(loadSecrets(dir)).rejects.toThrow(/SKEIN_DATA_DIR/);
});
