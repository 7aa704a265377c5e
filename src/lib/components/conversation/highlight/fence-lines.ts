import type { Reply, Token } from "./protocol.ts";

/** The tokens of a line, and what the next line has to know of it; `before` is that of the line above. */
export type Tokenize<State> = (line: string, before: State | undefined) => { tokens: Token[]; state: State };

/**
 * The colours of a text that grows: only lines that have changed, and those below, are looked at again. (A line can change
 * what all lines below it are: a quotation mark that opens.)
 */
export class FenceLines<State> {
  #lines: { text: string; state: State }[] = [];
  readonly #tokenize: Tokenize<State>;

  constructor(tokenize: Tokenize<State>) {
    this.#tokenize = tokenize;
  }

  update(text: string): Pick<Reply, "from" | "lines"> {
    const texts = text.split("\n");
    const changed = texts.findIndex((line, at) => this.#lines[at]?.text !== line);
    const from = changed === -1 ? texts.length : changed;
    this.#lines.length = from;
    const lines = texts.slice(from).map((text) => {
      const { tokens, state } = this.#tokenize(text, this.#lines.at(-1)?.state);
      this.#lines.push({ text, state });
      return merged(tokens);
    });
    return { from, lines };
  }
}

/** Neighbours of one colour are one token: each is an element of the page. */
function merged(tokens: Token[]): Token[] {
  const few: Token[] = [];
  for (const [text, color] of tokens) {
    const last = few.at(-1);
    // The colour of blanks shows nowhere.
    if (last && (last[1] === color || text.trim() === "")) last[0] += text;
    else few.push(color === undefined ? [text] : [text, color]);
  }
  return few;
}
