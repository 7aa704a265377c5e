import { tool } from "ai";
import { fetchPage } from "../../src/lib/tools/fetch-page.ts";
import { fetchMarkdown } from "./page/fetch-markdown.ts";

/** Reading only. */
export function createFetchPage() {
  return tool({ ...fetchPage, execute: ({ url }, { abortSignal }) => fetchMarkdown(url, { signal: abortSignal }) });
}
