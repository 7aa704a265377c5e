import { work } from "../in-worker.ts";
import type { Html } from "./readable.ts";

/** Its own, for whoever starts it. */
export const url = import.meta.url;

work(url, async (page: Html) => (await import("./readable.ts")).read(page));
