import { accessSync, constants } from "node:fs";
import { chromium } from "@playwright/test";

/** For a headless browser in a container: no sandbox as root, no GPU, no traffic of its own. */
export const chromiumFlags = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

const systemChromiums = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

/** The browser to test with: the one asked for, else Playwright's own, else the system's. Undefined when there is none. */
export function findChromium(env = process.env, isExecutable = canExecute): string | undefined {
  const candidates = [env.CHROMIUM_PATH, chromium.executablePath(), ...systemChromiums];
  return candidates.find((path) => path && isExecutable(path));
}

function canExecute(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
