/** A piece of a line and its colour, as CSS; without one, that of the text around it. */
export type Token = [text: string, color?: string];

/** From the page: a fence as it is now, or that it is gone. Fences have numbers, given by the page. */
export type Request = { fence: number; lang: string; text: string } | { fence: number; gone: true };

/** To the page: the lines from that one on; those before it are as they were. */
export interface Reply {
  fence: number;
  from: number;
  lines: Token[][];
}
