import { giveUp, openFence } from "./highlighter.ts";
import type { Reply, Token } from "./protocol.ts";

/** No honest line takes this long: what made it so stays as it is written. */
const PATIENCE_MS = 10_000;

/** The coloured lines of one fence, as far as they are known. Colours come later than the text, and change nothing else. */
export class FenceColors {
  #lines = $state.raw<{ text: string; tokens: Token[] }[]>([]);
  readonly #fence = openFence((reply) => this.#take(reply));
  #wanted: { lang: string; text: string } | null = null;
  #patience: ReturnType<typeof setTimeout> | undefined;

  /** What to show for a text: each line as it was coloured, or plain while it was not, or not as it is now. */
  of(text: string): Token[][] {
    return text.split("\n").map((line, at) => {
      const known = this.#lines[at];
      return known?.text === line ? known.tokens : [[line]];
    });
  }

  /** One question at a time: what comes in meanwhile is asked at once when it is answered. */
  ask(lang: string, text: string): void {
    this.#wanted = { lang, text };
    if (this.#patience === undefined) this.#askNow();
  }

  dispose(): void {
    clearTimeout(this.#patience);
    this.#fence.close();
  }

  #take({ from, lines }: Reply) {
    clearTimeout(this.#patience);
    this.#patience = undefined;
    const fresh = lines.map((tokens) => ({ text: tokens.map(([text]) => text).join(""), tokens }));
    this.#lines = [...this.#lines.slice(0, from), ...fresh];
    this.#askNow();
  }

  #askNow() {
    if (!this.#wanted) return;
    this.#fence.ask(this.#wanted.lang, this.#wanted.text);
    this.#wanted = null;
    this.#patience = setTimeout(giveUp, PATIENCE_MS);
  }
}
