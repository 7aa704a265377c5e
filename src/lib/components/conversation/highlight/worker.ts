import { createHighlighterCore } from "shiki/core";
import { createJavaScriptRegexEngine } from "shiki/engine/javascript";
import { bundledLanguages } from "shiki/langs";
import type { GrammarState } from "shiki/types";
import { FenceLines, type Tokenize } from "./fence-lines.ts";
import type { Reply, Request } from "./protocol.ts";
import { codeTheme } from "./theme.ts";

/**
 * Colours code beside the page: a grammar takes a tenth of a second for its first lines, and whatever somebody makes a
 * model write can only hold up this worker. One for all fences of a page; grammars are loaded as they are named.
 */
const highlighter = createHighlighterCore({
  engine: createJavaScriptRegexEngine({ forgiving: true }),
  themes: [codeTheme],
  langs: [],
});
type State = GrammarState | undefined;
const fences = new Map<number, { lang: string; lines: FenceLines<State> }>();

/** A line longer than this is data, not code. */
const MAX_LINE = 2000;

async function tokenizer(lang: string): Promise<Tokenize<State> | undefined> {
  const load = Object.hasOwn(bundledLanguages, lang)
    ? bundledLanguages[lang as keyof typeof bundledLanguages]
    : undefined;
  if (!load) return undefined;
  const { codeToTokensBase, getLastGrammarState, loadLanguage } = await highlighter;
  await loadLanguage(load);
  return (line, grammarState) => {
    const options = { lang, theme: codeTheme.name, grammarState, tokenizeMaxLineLength: MAX_LINE };
    const [tokens = []] = codeToTokensBase(line, options);
    const plain = codeTheme.colors["editor.foreground"];
    return {
      tokens: tokens.map(({ content, color }) => (color === plain ? [content] : [content, color])),
      state: getLastGrammarState([tokens]),
    };
  };
}

addEventListener("message", ({ data: request }: MessageEvent<Request>) => {
  const { fence } = request;
  if ("gone" in request) return void fences.delete(fence);
  void colour(request).then(
    (lines) => postMessage({ fence, ...lines } satisfies Reply),
    () => postMessage({ fence, from: 0, lines: [] } satisfies Reply),
  );
});

/** Of a language that nobody knows, nothing. */
async function colour({ fence, lang, text }: { fence: number; lang: string; text: string }) {
  let known = fences.get(fence);
  if (known?.lang !== lang) {
    const tokenize = await tokenizer(lang);
    if (!tokenize) return { from: 0, lines: [] };
    fences.set(fence, (known = { lang, lines: new FenceLines(tokenize) }));
  }
  return known.lines.update(text);
}
