import { fileURLToPath } from "node:url";
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { build } from "vite";
import viteConfig from "../../../vite.config.ts";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** The stage as a browser loads it: each file's content by its path. */
export async function buildStage(): Promise<Map<string, string>> {
  const { alias } = viteConfig.resolve ?? {};
  const built = await build({
    configFile: false,
    logLevel: "warn",
    plugins: [svelte({ configFile: false })],
    resolve: {
      alias: [...(Array.isArray(alias) ? alias : []), { find: "$lib", replacement: here("../../../src/lib") }],
    },
    build: { write: false, rollupOptions: { input: here("stage.ts"), output: { entryFileNames: "stage.js" } } },
  });
  const outputs = Array.isArray(built) ? built : [built];
  const files = outputs.flatMap((output) => ("output" in output ? output.output : []));
  return new Map(
    files.map((file) => [`/${file.fileName}`, file.type === "chunk" ? file.code : String(file.source)] as const),
  );
}
