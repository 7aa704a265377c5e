/** A question that is being written anew. */
export interface Edit {
  messageId: string;
  /** The message above it: where to go when its branch is not shown any more. */
  parentId: string | null;
  text: string;
}

/**
 * What a person writes into the edit box. It is kept outside of the box, which comes and goes with the branch it is on:
 * a switch, a failed send or another device's doing loses none of it.
 */
export class Edits {
  /** The box that is open. */
  current = $state.raw<Edit | null>(null);
  // Read when a box opens, and never shown by itself.
  // eslint-disable-next-line svelte/prefer-svelte-reactivity
  readonly #kept = new Map<string, string>();

  open(messageId: string, parentId: string | null, text: string) {
    if (this.current) this.#kept.set(this.current.messageId, this.current.text);
    this.current = { messageId, parentId, text: this.#kept.get(messageId) ?? text };
  }

  write(text: string) {
    if (this.current) this.current = { ...this.current, text };
  }

  /** Closes the box; its text is kept until it is forgotten. */
  close(): Edit | null {
    const edit = this.current;
    if (edit) this.#kept.set(edit.messageId, edit.text);
    this.current = null;
    return edit;
  }

  forget(messageId: string) {
    this.#kept.delete(messageId);
  }
}
