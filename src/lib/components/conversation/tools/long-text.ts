/** So much of a text is shown before somebody asks for all of it. */
export const SHOWN_AT_FIRST = 4_000;

/** A page lays out only the pieces near the screen. */
const PIECE = 20_000;

/** JSON is indented for people, but not if that would make it many times as long. */
const DEEPEST_INDENTED = 40;

/** A value as text; `isJson` if that is what it is, and no text of its own. */
export function asText(value: unknown): { text: string; isJson: boolean } {
  if (typeof value === "string") return { text: value, isJson: false };
  try {
    const compact = JSON.stringify(value) ?? String(value);
    return { text: depthOf(compact) > DEEPEST_INDENTED ? compact : JSON.stringify(value, null, 2), isJson: true };
  } catch {
    return { text: "This cannot be shown.", isJson: false };
  }
}

function depthOf(json: string): number {
  let depth = 0;
  let deepest = 0;
  for (const [bracket] of json.replace(/"(?:[^"\\]|\\.)*"/g, "").matchAll(/[[\]{}]/g)) {
    depth += bracket === "[" || bracket === "{" ? 1 : -1;
    deepest = Math.max(deepest, depth);
  }
  return deepest;
}

/** The beginning of a text, never ending inside of a character. */
export function beginningOf(text: string, length = SHOWN_AT_FIRST): string {
  if (text.length <= length) return text;
  const isSplit = /[\ud800-\udbff]/.test(text.charAt(length - 1));
  return text.slice(0, isSplit ? length - 1 : length);
}

/** All of a text in pieces, at ends of lines where there are some. */
export function piecesOf(text: string): string[] {
  const pieces: string[] = [];
  for (let at = 0; at < text.length;) {
    const rest = text.slice(at, at + PIECE);
    const line = at + PIECE < text.length ? rest.lastIndexOf("\n") + 1 : 0;
    const piece = line > 0 ? rest.slice(0, line) : beginningOf(text.slice(at, at + PIECE + 1), PIECE);
    pieces.push(piece);
    at += piece.length;
  }
  return pieces;
}

/** A fence that nothing in the text can close. */
export function fence(text: string, language: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const ticks = "`".repeat(longest + 1);
  return `${ticks}${language}\n${text}\n${ticks}`;
}
