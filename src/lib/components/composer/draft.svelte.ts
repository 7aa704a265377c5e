/**
 * What a person is writing in one chat (or in a new one), kept across reloads. A text that is on its way is kept too,
 * until it is known to have arrived: whatever fails, nothing a person wrote is lost.
 */
export class Draft {
  text = $state("");
  model = $state<string>();
  #key: string;
  #unsent: string | null = null;

  constructor(chatId: string, model: string | undefined) {
    this.#key = `skein:draft:${chatId}`;
    this.model = model;
  }

  /** In the browser, once: brings back what was written, unless `isSent` knows that it arrived after all. */
  restore(isSent: (text: string) => boolean) {
    const kept = this.#read();
    if (kept?.model !== undefined) this.model = kept.model;
    const unsent = kept?.unsent && !isSent(kept.unsent) ? kept.unsent : "";
    // Somebody who types before the page is alive keeps what they typed.
    if (this.text === "") this.text = [unsent, kept?.text].filter(Boolean).join("\n\n");
    this.save();
  }

  save() {
    try {
      if (this.text === "" && this.#unsent === null) localStorage.removeItem(this.#key);
      else
        localStorage.setItem(this.#key, JSON.stringify({ text: this.text, unsent: this.#unsent, model: this.model }));
    } catch {
      // Storage is full or refused: the text is still in the box.
    }
  }

  /** Empties the box and hands its text over to be sent. */
  take(): string {
    const text = this.text;
    this.#unsent = text;
    this.text = "";
    this.save();
    return text;
  }

  /** The text that was taken has arrived. */
  accept() {
    if (this.#unsent === null) return;
    this.#unsent = null;
    this.save();
  }

  #read(): { text?: string; unsent?: string; model?: string } | null {
    try {
      const kept: unknown = JSON.parse(localStorage.getItem(this.#key) ?? "null");
      return typeof kept === "object" ? kept : null;
    } catch {
      return null;
    }
  }
}
