import js from "@eslint/js";
import { defineConfig, globalIgnores } from "eslint/config";
import svelte from "eslint-plugin-svelte";
import globals from "globals";
import ts from "typescript-eslint";
import svelteConfig from "./svelte.config.js";

/** One rule for one room: what its files must not import, and why. */
const room = (files, ignores, ...groups) => ({
  files,
  ignores,
  rules: { "@typescript-eslint/no-restricted-imports": ["error", { patterns: groups }] },
});
const not = (message, ...regex) => regex.map((one) => ({ regex: one, message }));

// A path is matched as it is written, relative or by alias. Test files may reach for tests/support.
const src = String.raw`^(\$lib|\$app|\$env)\b|(^|/)\.\.?/(.*/)?src/`;
const folder = (name) => String.raw`^\.\.?/(.*/)?${name}/`;
const tests = "**/*.test.ts";
const engineAlone = not(
  "The engine knows nothing of the app: it is reached over HTTP alone.",
  src,
  folder("trigger"),
  folder("launcher"),
);
const onlyTheStoreSpeaksSql = not("Only engine/store/postgres speaks SQL.", "^(kysely|pg)(/|$)");

export default defineConfig(
  globalIgnores(["**/.svelte-kit/", "**/.skein/", "**/.trigger/", "build/", "test-results/", "playwright-report/"]),
  js.configs.recommended,
  ts.configs.strict,
  ts.configs.stylistic,
  svelte.configs.recommended,
  svelte.configs.prettier,
  {
    languageOptions: { globals: { ...globals.node, ...globals.browser } },
    rules: {
      // TypeScript knows better what is defined.
      "no-undef": "off",
      "@typescript-eslint/consistent-type-imports": "error",
      // Both say what they mean; a type of a union or a function cannot be an interface.
      "@typescript-eslint/consistent-type-definitions": "off",
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
      // `() => {}` as a callback that does nothing on purpose.
      "@typescript-eslint/no-empty-function": "off",
      "@typescript-eslint/no-non-null-assertion": "error",
    },
  },
  {
    files: ["**/*.svelte", "**/*.svelte.ts", "**/*.svelte.js"],
    languageOptions: { parserOptions: { parser: ts.parser, extraFileExtensions: [".svelte"], svelteConfig } },
  },

  // Dependencies point one way (docs/house-style.md 3). Later rooms override earlier ones: each lists all it forbids.
  room(["engine/store/postgres/**"], [tests], ...engineAlone),
  room(["engine/**"], ["engine/store/postgres/**", tests], ...engineAlone, ...onlyTheStoreSpeaksSql),
  room(
    ["engine/{flow,protocol,loop}/**"],
    [tests],
    ...engineAlone,
    ...onlyTheStoreSpeaksSql,
    ...not("What is kept is reached through the interface Store.", folder("store/postgres")),
  ),
  room(
    ["engine/core/**"],
    [tests],
    ...not("A decision is made without I/O: it imports nothing but other decisions.", String.raw`^(?!\./)`),
  ),
  room(
    ["launcher/**"],
    [tests],
    ...not(
      "The launcher starts processes; it uses configuration and database set-up, nothing else.",
      folder("engine"),
      folder("trigger"),
      folder("routes"),
      folder("components"),
    ),
  ),
  room(
    ["trigger/**"],
    [tests],
    ...not(
      "A task may use src/lib/server and src/lib/tools by relative path.",
      String.raw`^\$`,
      folder("(routes|components|inbox|chat)"),
      folder("engine"),
      folder("launcher"),
    ),
  ),
  room(
    ["src/routes/**", "src/*.ts"],
    [tests],
    ...not("The web server runs no task and no engine itself.", folder("(trigger|engine|launcher)")),
  ),
  room(
    ["src/lib/**"],
    ["src/lib/server/**", tests],
    ...not("The web server runs no task and no engine itself.", folder("(trigger|engine|launcher)")),
    ...not("Routes use the library, never the other way round.", folder("routes")),
    ...not("This also runs in the browser.", String.raw`^\$lib/server`, folder("server")),
  ),
  room(
    ["src/lib/server/**"],
    ["src/lib/server/app.ts", tests],
    ...not("The web server runs no task and no engine itself.", folder("(trigger|engine|launcher)")),
    ...not("Routes use the library, never the other way round.", folder("(routes|components)")),
    ...not(
      "Tasks, the launcher and tests import this by relative path: only app.ts may use Kit's modules.",
      String.raw`^\$(app|env|lib)\b`,
    ),
  ),
  room(
    ["tests/**", "bench/**"],
    ["tests/protocol/**"],
    ...not("The engine is reached over HTTP alone.", folder("engine")),
  ),
  room(
    ["migrations/**"],
    [],
    ...not("Migrations are frozen in time: they import nothing that moves.", String.raw`^\$`, String.raw`^\.`),
  ),
);
