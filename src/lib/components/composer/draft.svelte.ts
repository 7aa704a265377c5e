import type { AttachedFile } from "$lib/tools/file.ts";

export interface Written {
  text: string;
  files: AttachedFile[];
}

/**
 * What a person is writing in one chat (or in a new one), kept across reloads. What is on its way is kept too, until it
 * is known to have arrived: whatever fails, nothing a person wrote or attached is lost.
 */
export class Draft {
  text = $state("");
  /** Those that the server has. */
  files = $state.raw<AttachedFile[]>([]);
  model = $state<string>();
  #key: string;
  #unsent: Written | null = null;

  constructor(chatId: string, model: string | undefined) {
    this.#key = `skein:draft:${chatId}`;
    this.model = model;
  }

  /** In the browser, once: brings back what was written, unless `isSent` knows that it arrived after all. */
  restore(isSent: (written: Written) => boolean) {
    const kept = this.#read();
    if (kept?.model !== undefined) this.model = kept.model;
    const unsent = kept?.unsent && !isSent(kept.unsent) ? kept.unsent : null;
    // Somebody who types before the page is alive keeps what they typed.
    if (this.text === "") this.text = [unsent?.text, kept?.text].filter(Boolean).join("\n\n");
    this.files = [...(unsent?.files ?? []), ...(kept?.files ?? [])];
    this.save();
  }

  save() {
    const { text, files, model } = this;
    try {
      if (text === "" && files.length === 0 && this.#unsent === null) localStorage.removeItem(this.#key);
      else localStorage.setItem(this.#key, JSON.stringify({ text, files, unsent: this.#unsent, model }));
    } catch {
      // Storage is full or refused: the text is still in the box.
    }
  }

  attach(files: AttachedFile[]) {
    this.files = files;
    this.save();
  }

  /** Empties the box and hands over what was in it, to be sent. */
  take(): Written {
    const written = { text: this.text, files: this.files };
    this.#unsent = written;
    this.clear();
    return written;
  }

  clear() {
    this.text = "";
    this.attach([]);
  }

  /** What was taken has arrived. */
  accept() {
    if (this.#unsent === null) return;
    this.#unsent = null;
    this.save();
  }

  #read(): (Written & { unsent: Written | null; model?: string }) | null {
    try {
      const kept = JSON.parse(localStorage.getItem(this.#key) ?? "null") as Partial<Draft> & { unsent?: unknown };
      return kept && { ...writtenIn(kept), unsent: kept.unsent ? writtenIn(kept.unsent) : null, model: kept.model };
    } catch {
      return null;
    }
  }
}

/** An earlier version of this page may have kept it in another form. */
function writtenIn(kept: unknown): Written {
  if (typeof kept === "string") return { text: kept, files: [] };
  const { text = "", files } = kept as Partial<Written>;
  return { text, files: Array.isArray(files) ? files : [] };
}
