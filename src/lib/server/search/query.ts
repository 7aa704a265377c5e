import { storable } from "../jsonb.ts";

/** What a person looks for. */
export interface Query {
  /** As `websearch_to_tsquery` takes it: words, "phrases", or, -not. */
  websearch: string;
  /** Its words in small letters, without those that must not be there. */
  words: string[];
  /** The last word, if it is still being typed: it may go on. */
  prefix: string | null;
}

// Between letters a dash is punctuation; before a word it says that the word must not be there.
const DASH = /(?<=[\p{L}\p{N}])-|-(?![\p{L}\p{N}"])/gu;
const PUNCTUATION = /[\p{Cc}!#$%&'()*+,./:;<=>?@[\\\]^_`{|}~]/gu;
/** Nothing to choose from yet. */
const LONELY_OR = /(?<=\S\s+)or\s*$/iu;
const PIECE = /(?<not>-?)(?:"(?<phrase>[^"]*)"?|(?<word>[^\s"]+))/gu;
/** One letter of a word would find everything. */
const OPEN_END = /[\p{L}\p{N}][\p{L}\p{N}\p{M}]+$/u;

/** A word as the index has it. */
export const WORD = /[\p{L}\p{N}][\p{L}\p{N}\p{M}]*/gu;

/** Undefined: there is no word in it. */
export function parseQuery(text: string): Query | undefined {
  const websearch = storable(text).normalize("NFC").replace(PUNCTUATION, " ").replace(DASH, " ").replace(LONELY_OR, "");
  const words: string[] = [];
  let isOpen = false;
  for (const { 0: piece, groups = {} } of websearch.matchAll(PIECE)) {
    const isWanted = groups.not !== "-" && !/^or$/i.test(piece);
    if (isWanted) words.push(...((groups.phrase ?? groups.word ?? "").toLowerCase().match(WORD) ?? []));
    isOpen = isWanted && OPEN_END.test(websearch);
  }
  if (words.length === 0) return undefined;
  return { websearch, words: [...new Set(words)], prefix: isOpen ? (words.at(-1) ?? null) : null };
}
