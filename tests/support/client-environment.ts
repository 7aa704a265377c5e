import type { Environment } from "vitest/runtime";

/** Node's globals, but modules are transformed as Vite's browser build does it, which is what makes runes reactive. */
export default {
  name: "client",
  viteEnvironment: "client",
  setup: () => ({ teardown() {} }),
} satisfies Environment;
