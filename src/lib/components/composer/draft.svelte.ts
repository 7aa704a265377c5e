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
  /** The model that the next message has unless the person chooses another one. */
  #given: string | undefined;
  #unsent: Written | null = null;

  constructor(chatId: string, model: string | undefined) {
    this.#key = `skein:draft:${chatId}`;
    this.model = this.#given = model;
  }

  /** In the browser, once: brings back what was written, unless `isSent` knows that it arrived after all. */
  restore(isSent: (written: Written) => boolean) {
    const kept = this.#read();
    // What was chosen instead of another one than today's was chosen before that came to be.
    if (kept?.model !== undefined && (kept.given ?? this.#given) === this.#given) this.model = kept.model;
    const unsent = kept?.unsent && !isSent(kept.unsent) ? kept.unsent : null;
    // Somebody who types before the page is alive keeps what they typed.
    if (this.text === "") this.text = [unsent?.text, kept?.text].filter(Boolean).join("\n\n");
    this.files = [...(unsent?.files ?? []), ...(kept?.files ?? [])];
    this.save();
  }

  save() {
    const { text, files, model } = this;
    try {
      const isNothing = text === "" && files.length === 0 && model === this.#given && this.#unsent === null;
      if (isNothing) localStorage.removeItem(this.#key);
      else
        localStorage.setItem(
          this.#key,
          JSON.stringify({ text, files, unsent: this.#unsent, model, given: this.#given }),
        );
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

  /** What was taken has arrived: its model is the chat's from here on. */
  accept() {
    if (this.#unsent === null) return;
    this.#unsent = null;
    this.#given = this.model;
    this.save();
  }

  #read(): (Written & Pick<Kept, "model" | "given"> & { unsent: Written | null }) | null {
    try {
      const kept = JSON.parse(localStorage.getItem(this.#key) ?? "null") as Kept | null;
      const { unsent, model, given } = kept ?? {};
      return kept && { ...writtenIn(kept), unsent: unsent ? writtenIn(unsent) : null, model, given };
    } catch {
      return null;
    }
  }
}

interface Kept extends Partial<Written> {
  unsent?: unknown;
  model?: string;
  given?: string;
}

/** An earlier version of this page may have kept it in another form. */
function writtenIn(kept: unknown): Written {
  if (typeof kept === "string") return { text: kept, files: [] };
  const { text = "", files } = kept as Partial<Written>;
  return { text, files: Array.isArray(files) ? files : [] };
}
