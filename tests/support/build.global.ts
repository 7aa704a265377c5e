import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const project = fileURLToPath(new URL("../..", import.meta.url));
const sources = ["src", "package-lock.json", "svelte.config.js", "vite.config.ts", "tsconfig.json"];

/** Playwright's global set-up: the production build, made again when anything it is made of is newer. */
export default function build(): void {
  const built = join(project, "build/handler.js");
  const newest = Math.max(...sources.map((name) => newestIn(join(project, name))));
  if (existsSync(built) && statSync(built).mtimeMs > newest) return;
  execFileSync("npm", ["run", "--silent", "build"], { cwd: project, stdio: ["ignore", "ignore", "inherit"] });
}

function newestIn(path: string): number {
  const entry = statSync(path);
  if (!entry.isDirectory()) return entry.mtimeMs;
  return Math.max(entry.mtimeMs, ...readdirSync(path).map((name) => newestIn(join(path, name))));
}
