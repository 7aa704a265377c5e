import { sveltekit } from "@sveltejs/kit/vite";
import tailwindcss from "@tailwindcss/vite";
import { fileURLToPath } from "node:url";
import { defineConfig, type Plugin } from "vite";

const ours = (name: string) => fileURLToPath(new URL(`src/lib/components/conversation/${name}`, import.meta.url));
const realtime = process.env.REALTIME_UPSTREAM;

/** What browsers load checks nothing by the schemas of the AI SDK (src/lib/chat/no-schemas.ts). */
function withoutSchemas(): Plugin {
  const ofSdk = /node_modules\/(ai|@ai-sdk\/provider-utils)\//;
  return {
    name: "without-schemas",
    apply: "build",
    enforce: "pre",
    applyToEnvironment: ({ name }) => name === "client",
    resolveId: (id, importer = "") =>
      /^zod(\/|$)/.test(id) && ofSdk.test(importer)
        ? fileURLToPath(new URL("src/lib/chat/no-schemas.ts", import.meta.url))
        : undefined,
  };
}

export default defineConfig({
  plugins: [withoutSchemas(), tailwindcss(), sveltekit()],
  resolve: {
    // Parts of the Markdown library that no page of ours uses, or none at first, or not so; why is said in each file.
    alias: [
      { find: "tailwind-merge", replacement: ours("plain-classes.ts") },
      { find: /^\.\/Citation\.svelte$/, replacement: ours("PlainCitation.svelte") },
      { find: /^\.\/utils\/parse-incomplete-markdown\.js$/, replacement: ours("complete-markdown.ts") },
      { find: /^\.\/popover\.svelte\.js$/, replacement: ours("lazy-popover.svelte.ts") },
    ],
  },
  // Bundled beforehand, as development does with libraries, the first would have none of these. The others are only found
  // when somebody opens a menu, and then the page would be loaded again.
  optimizeDeps: { exclude: ["svelte-streamdown"], include: ["@floating-ui/dom", "bits-ui"] },
  server: {
    // The launcher chose the port and said which one: moving on silently would make its ready line a lie.
    strictPort: true,
    // One public port: the browser reaches the embedded engine's streams through the page's own origin.
    proxy: realtime ? { "/realtime": { target: realtime, timeout: 0, proxyTimeout: 0 } } : undefined,
    // State and build output of the embedded mode change all the time and are no source files.
    watch: { ignored: ["**/.skein/**", "**/.trigger/**", "**/test-results/**"] },
  },
});
