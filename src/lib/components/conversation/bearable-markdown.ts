/**
 * Drawing Markdown takes a component for each of its marks, calls itself for what is inside of something else, and
 * compares the marks of a paragraph with one another: a text that is made for it can hold a page up for minutes, or end
 * it. Far beyond what anybody writes, the rest is shown as it was written.
 */

/** Lists and quotes inside of one another. A browser's stack ends between thirty and fifty. */
const MAX_DEPTH = 16;
/** Marks between two empty lines, where what they cost grows with their square. */
const MAX_IN_PARAGRAPH = 1200;
/** Marks in all: about a second of a slow machine. It is some 50 kB of prose with a mark in every line. */
const MAX_IN_ALL = 6000;
/** What stands between two empty lines is drawn for itself, which costs as much as so many marks. */
const PARAGRAPH = 5;
/** A line in code costs what is drawn, and no more. A text may only look like code: it is not free. */
const SHARE_IN_CODE = 0.25;
/** Characters of one line. */
const MAX_LINE = 20_000;

const MARKS = /[*_~`[\]()<>!|$^&:#]/g;
const CONTAINERS = /^(?:[ \t]*(?:>|(?:[-*+]|\d{1,9}[.)])(?=[ \t])))+/;
const CONTAINER = />|[-*+]|\d+[.)]/g;
const FENCE = /^ {0,3}(`{3,}|~{3,})/;

/** The beginning that can be drawn, up to an empty line, and the rest of the text, nearly always "". */
export function splitBearable(text: string): { drawn: string; rest: string } {
  let paragraphAt = 0;
  let inParagraph = 0;
  let inAll = 0;
  let fence: string | null = null;
  for (let at = 0; at < text.length;) {
    const newline = text.indexOf("\n", at);
    const end = newline < 0 ? text.length : newline + 1;
    if (end - at > MAX_LINE) return cut(text, paragraphAt);
    const line = text.slice(at, end);
    const isEmpty = line.trim() === "";
    if (isEmpty) {
      paragraphAt = end;
      inParagraph = 0;
    }
    const mark = FENCE.exec(line)?.[1];
    if (fence === null && depthOf(line) > MAX_DEPTH) return cut(text, paragraphAt);
    const cost = (isEmpty ? PARAGRAPH : 1 + (line.match(MARKS)?.length ?? 0)) * (fence === null ? 1 : SHARE_IN_CODE);
    inParagraph += cost;
    inAll += cost;
    if (inParagraph > MAX_IN_PARAGRAPH || inAll > MAX_IN_ALL) return cut(text, paragraphAt);
    if (mark !== undefined) fence = fence === null ? mark : mark.startsWith(fence) ? null : fence;
    at = end;
  }
  return { drawn: text, rest: "" };
}

const cut = (text: string, at: number) => ({ drawn: text.slice(0, at), rest: text.slice(at) });

function depthOf(line: string): number {
  const containers = CONTAINERS.exec(line)?.[0];
  if (containers === undefined) return 0;
  const indent = containers.length - containers.trimStart().length;
  return indent / 2 + (containers.match(CONTAINER)?.length ?? 0);
}
