import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { fetchMarkdown } from "./page/fetch-markdown.ts";
import type { runInSandbox } from "./sandbox/run-in-sandbox.ts";

/** The CLI's bundler, and what it is told: trigger.dev's build/bundle.js. */
interface Bundler {
  build(options: object): Promise<unknown>;
}
const outdir = mkdtempSync(join(tmpdir(), "skein-bundle-"));
const server = createServer((_request, response) => {
  response.writeHead(200, { "content-type": "text/html" }).end("<h1>Hello</h1><table><tr><th>a<tr><td>1</table>");
});

beforeAll(async () => {
  const require = createRequire(import.meta.url);
  const esbuild = createRequire(require.resolve("trigger.dev/package.json"))("esbuild") as Bundler;
  await esbuild.build({
    entryPoints: ["page/fetch-markdown", "sandbox/run-in-sandbox"].map((name) =>
      fileURLToPath(new URL(`${name}.ts`, import.meta.url)),
    ),
    ...{ outdir, bundle: true, splitting: true, keepNames: true, format: "esm", platform: "node" },
    ...{ target: ["node20", "es2022"], conditions: ["trigger.dev", "module", "node"] },
    ...{ outExtension: { ".js": ".mjs" }, loader: { ".js": "jsx", ".mjs": "jsx", ".cjs": "jsx" } },
    // As the CLI's shim does, for what was written for CommonJS.
    banner: {
      js: 'import { createRequire } from "node:module"; globalThis.require ??= createRequire(import.meta.url);',
    },
    logLevel: "silent",
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});
afterAll(() => {
  server.close();
  rmSync(outdir, { recursive: true, force: true });
});

const bundled = <Module>(name: string) =>
  import(/* @vite-ignore */ pathToFileURL(join(outdir, `${name}.mjs`)).href) as Promise<Module>;

// No test of the whole app can fetch a page: those on this machine are refused, and the internet is not for tests.
it("find their threads, and what those load, in the worker's bundle", async () => {
  const page = await bundled<{ fetchMarkdown: typeof fetchMarkdown }>("page/fetch-markdown");
  const address = { address: "127.0.0.1", family: 4 };
  const read = await page.fetchMarkdown(`http://site.test:${(server.address() as AddressInfo).port}/`, {
    reach: { resolve: () => Promise.resolve([address]), isAllowed: () => true },
  });
  expect(read.markdown).toBe("# Hello\n\n| a   |\n| --- |\n| 1   |");
  const sandbox = await bundled<{ runInSandbox: typeof runInSandbox }>("sandbox/run-in-sandbox");
  expect(await sandbox.runInSandbox("[1, 2].map((n) => n * 2)")).toMatchObject({ value: "[2, 4]" });
});
