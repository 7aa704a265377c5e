import type { Segment } from "../../search/result.ts";
import { WORD, type Query } from "./query.ts";

type Sought = Pick<Query, "words" | "prefix">;

/** The text in pieces, of which every other is what was looked for. */
export function highlight(text: string, sought: Sought): Segment[] {
  const segments: Segment[] = [];
  let end = 0;
  const add = (piece: string, isMatch: boolean) => {
    if (piece !== "") segments.push({ text: piece, isMatch });
  };
  for (const { index, 0: word } of text.matchAll(WORD)) {
    if (!isSought(word, sought)) continue;
    add(text.slice(end, index), false);
    add(word, true);
    end = index + word.length;
  }
  add(text.slice(end), false);
  return segments;
}

/**
 * About `length` characters of a text, in one line: where the most of what was looked for stands together, from a little
 * before it on.
 */
export function excerpt(text: string, sought: Sought, length = 180): Segment[] {
  const flat = text.replace(/[\s\p{Cc}]+/gu, " ").trim();
  const from = wordStart(flat, Math.max(0, bestPlace(flat, sought, length) - Math.floor(length / 4)));
  const to = from + length >= flat.length ? flat.length : wordEnd(flat, from + length);
  return highlight(`${from > 0 ? "… " : ""}${flat.slice(from, to)}${to < flat.length ? " …" : ""}`, sought);
}

/** Where the stretch of `length` characters begins that has the most different words, of several the first. */
function bestPlace(text: string, sought: Sought, length: number): number {
  const found = [...text.matchAll(WORD)].filter(([word]) => isSought(word, sought));
  const room = length - Math.floor(length / 4);
  let best = { at: found[0]?.index ?? 0, words: 0 };
  for (const [first, { index: at }] of found.entries()) {
    const words = new Set<string>();
    for (let next = first; next < found.length; next++) {
      const { index, 0: word } = found[next] ?? { index: Infinity, 0: "" };
      if (index + word.length > at + room) break;
      words.add(word.toLowerCase());
    }
    if (words.size > best.words) best = { at, words: words.size };
    if (best.words === sought.words.length) break;
  }
  return best.at;
}

function isSought(word: string, { words, prefix }: Sought): boolean {
  const small = word.toLowerCase();
  return words.includes(small) || (prefix !== null && small.startsWith(prefix));
}

/** A word is not cut unless it is longer than any. */
function wordStart(text: string, at: number): number {
  if (at === 0) return 0;
  const space = text.indexOf(" ", at - 1);
  return space === -1 || space > at + 30 ? whole(text, at) : space + 1;
}

function wordEnd(text: string, at: number): number {
  const space = text.lastIndexOf(" ", at);
  return space < at - 30 ? whole(text, at) : space;
}

/** Between characters: half an emoji is not text. */
function whole(text: string, at: number): number {
  return /^[\uDC00-\uDFFF]/.test(text.slice(at)) ? at + 1 : at;
}
