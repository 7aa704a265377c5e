import { parseIncompleteMarkdown as complete } from "../../../../node_modules/svelte-streamdown/dist/utils/parse-incomplete-markdown.js";

/**
 * In the place of the Markdown library's own (vite.config.ts), which closes what a text leaves open: half of a bold word
 * is to be bold while it comes in. The library does so with every paragraph, the finished ones as well, and gives
 * "6 * 7" an asterisk more, "x^2" a caret, "~/home" a tilde. Here it is done where a text still grows, and nowhere else.
 * (The library exports none of it: it is found by its path.)
 */
export const parseIncompleteMarkdown = (block: string) =>
  block.endsWith(GROWING) ? complete(block.slice(0, -GROWING.length)) : block;

/** At the end of a text that still grows: a word joiner, which nobody sees, and which joins nothing there. */
const GROWING = "\u2060";

/** The library passes this on to whoever imports it: nobody here. */
export { IncompleteMarkdownParser } from "../../../../node_modules/svelte-streamdown/dist/utils/parse-incomplete-markdown.js";

export const growing = (text: string) => text + GROWING;
