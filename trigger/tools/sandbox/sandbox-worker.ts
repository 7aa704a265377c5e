import { work } from "../in-worker.ts";
import type { Script } from "./script.ts";

/** Its own, for whoever starts it. */
export const url = import.meta.url;

work(url, async (script: Script, say) => (await import("./quickjs.ts")).run(script, say));
