import { expect, test } from "vitest";
import { coalesce } from "./coalesce.ts";

test("a burst costs two refreshes, the second after the burst", async () => {
  const releases: (() => void)[] = [];
  const refresh = coalesce(() => new Promise<void>((resolve) => releases.push(resolve)));
  const first = refresh();
  for (let i = 0; i < 10; i++) void refresh();
  expect(releases).toHaveLength(1);
  releases[0]?.();
  await Promise.resolve();
  await Promise.resolve();
  expect(releases).toHaveLength(2);
  releases[1]?.();
  await first;
  void refresh();
  expect(releases).toHaveLength(3);
});

test("a failed refresh does not stop the next one", async () => {
  let calls = 0;
  const refresh = coalesce(async () => {
    calls++;
    if (calls === 1) throw new Error("offline");
  });
  await expect(refresh()).rejects.toThrow("offline");
  await refresh();
  expect(calls).toBe(2);
});
