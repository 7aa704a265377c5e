import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { chromium, type Cookie } from "@playwright/test";
import lighthouse, { desktopConfig } from "lighthouse";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromiumFlags, findChromium } from "../../tests/support/chromium.ts";
import { freePort } from "../../tests/support/ports.ts";

export interface Score {
  page: string;
  device: "desktop" | "mobile";
  /** Of 100. */
  performance: number;
  accessibility: number;
  /** What was found wrong, by Lighthouse's names. */
  missing: string[];
}

/** Runs Lighthouse on pages as one person sees them, in a browser of its own. */
export async function score(pages: Record<string, string>, cookies: Cookie[]): Promise<Score[]> {
  const port = await freePort();
  const profile = mkdtempSync(join(tmpdir(), "skein-lighthouse-"));
  const browser = spawn(
    findChromium() ?? "chromium",
    [...chromiumFlags, "--headless", `--remote-debugging-port=${port}`, `--user-data-dir=${profile}`, "about:blank"],
    { stdio: "ignore" },
  );
  try {
    while (!(await fetch(`http://127.0.0.1:${port}/json/version`).catch(() => undefined))?.ok) await sleep(50);
    const connection = await chromium.connectOverCDP(`http://127.0.0.1:${port}`);
    await connection.contexts()[0]?.addCookies(cookies);
    await connection.close();
    const scores: Score[] = [];
    for (const [page, url] of Object.entries(pages))
      for (const device of ["desktop", "mobile"] as const)
        scores.push({ page, device, ...(await run(url, port, device)) });
    return scores;
  } finally {
    browser.kill();
    await once(browser, "exit");
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function run(url: string, port: number, device: Score["device"]) {
  const flags = {
    ...{ port, output: "json" as const, logLevel: "error" as const },
    ...{ onlyCategories: ["performance", "accessibility"], disableStorageReset: true },
  };
  const result = await lighthouse(url, flags, device === "desktop" ? desktopConfig : undefined);
  if (!result || result.lhr.runtimeError) throw new Error(`${url}: ${result?.lhr.runtimeError?.message}`);
  const { categories, audits } = result.lhr;
  const of = (category: string) => Math.round((categories[category]?.score ?? Number.NaN) * 100);
  const missing = Object.values(categories)
    .flatMap(({ auditRefs }) => auditRefs)
    .filter(({ id, weight }) => weight > 0 && (audits[id]?.score ?? 1) < 0.9)
    .map(({ id }) => `${id} ${audits[id]?.displayValue ?? ""}`.trim());
  return { performance: of("performance"), accessibility: of("accessibility"), missing };
}
