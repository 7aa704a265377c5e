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

/**
 * What the pages need at first comes in one file, with its styles in another: a request costs a browser more than what the
 * other pages' parts of it weigh, and the first page leaves nothing to load for the second. Chromium compiles all of it on
 * the way, beside the page, instead of each function as it is called (explicit compile hints, since 136).
 */
function oneChunk(): Plugin {
  return {
    name: "one-chunk",
    apply: "build",
    applyToEnvironment: ({ name }) => name === "client",
    outputOptions(options) {
      options.codeSplitting = { groups: [{ name: "shared", tags: ["$initial"] }] };
    },
    generateBundle: {
      // It must be what the file begins with.
      order: "post",
      handler(_options, bundle) {
        for (const chunk of Object.values(bundle))
          if (chunk.type === "chunk" && chunk.name === "shared")
            chunk.code = `//# allFunctionsCalledOnLoad\n${chunk.code}`;
      },
    },
  };
}

export default defineConfig({
  plugins: [withoutSchemas(), oneChunk(), tailwindcss(), sveltekit()],
  resolve: {
    // Parts of the Markdown library that no page of ours uses, or none at first, or not so; why is said in each file.
    alias: [
      // The icon library's, of its icons.
      {
        find: /^\.\.\/Icon\.svelte$/,
        replacement: fileURLToPath(new URL("src/lib/components/ui/LucideIcon.svelte", import.meta.url)),
      },
      { find: "tailwind-merge", replacement: ours("plain-classes.ts") },
      { find: /^\.\/Citation\.svelte$/, replacement: ours("PlainCitation.svelte") },
      { find: /^\.\/utils\/parse-incomplete-markdown\.js$/, replacement: ours("complete-markdown.ts") },
      { find: /^\.\/popover\.svelte\.js$/, replacement: ours("lazy-popover.svelte.ts") },
    ],
  },
  optimizeDeps: {
    // Bundled beforehand, as development does with libraries, they would have none of these.
    exclude: ["svelte-streamdown", "@lucide/svelte"],
    include: ["@floating-ui/dom", "bits-ui", "katex"],
    // A library that is found only when somebody opens a menu loads the page again, and Vite's search reads the scripts
    // of components, not the imports in their markup.
    entries: ["src/lib/components/**/*.{svelte,ts}", "!**/*.test.ts"],
  },
  // Its grammars are loaded as they are named.
  worker: { format: "es" },
  server: {
    // The launcher chose the port and said which one: moving on silently would make its ready line a lie.
    strictPort: true,
    // One public port: the browser reaches the embedded engine's streams through the page's own origin.
    proxy: realtime ? { "/realtime": { target: realtime, timeout: 0, proxyTimeout: 0 } } : undefined,
    // State and build output of the embedded mode change all the time and are no source files.
    watch: { ignored: ["**/.skein/**", "**/.trigger/**", "**/test-results/**"] },
  },
});
