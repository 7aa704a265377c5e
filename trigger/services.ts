import { parseConfig } from "../src/lib/server/config.ts";
import { createDb } from "../src/lib/server/db/index.ts";
import { createModelRegistry } from "../src/lib/server/models/index.ts";

/** What every agent needs. A run has a process of its own, and this once. */
const parsed = parseConfig(process.env);
if (!parsed.ok) throw new Error(parsed.problems.join("\n"));

export const { config } = parsed;
// A run needs one connection at a time, two while a save and a hook overlap, and there may be many runs. The one that a
// turn begins with stays open, for the person is waiting; the others as long as an idle run.
export const db = createDb(config.databaseUrl, { max: 3, kept: 1, idleMs: 30_000 });
export const models = createModelRegistry(config);
