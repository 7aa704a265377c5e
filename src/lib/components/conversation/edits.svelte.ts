import type { AttachedFile } from "$lib/tools/file.ts";
import { problemOf } from "../composer/message-text.ts";
import type { Attachments } from "../composer/attachments.svelte.ts";
import type { Written } from "../composer/draft.svelte.ts";
import type { ModelChoice } from "../composer/model-choice.ts";

/** A question that is being written anew. */
export class Edit implements Written {
  readonly messageId: string;
  /** The message above it: where to go when its branch is not shown any more. */
  readonly parentId: string | null;
  text = $state("");
  /** Those that the server has. */
  files = $state.raw<AttachedFile[]>([]);
  /** Why it was not sent, in one sentence. */
  problem = $state<string | null>(null);
  /** Made by the box. What is on its way goes on when the box is gone. */
  attachments: Attachments | undefined;
  #isChecking = false;

  constructor(messageId: string, parentId: string | null, { text, files }: Written) {
    Object.assign(this, { text, files });
    this.messageId = messageId;
    this.parentId = parentId;
  }

  attach(files: AttachedFile[]) {
    this.files = files;
  }

  /**
   * Resolves once the files on their way have arrived or failed: to whether it can be sent to this model. Asked again
   * in the meantime, it says no.
   */
  async isReady(model: ModelChoice | undefined): Promise<boolean> {
    if (this.#isChecking) return false;
    this.#isChecking = true;
    const unsettled = await this.attachments?.settled(model);
    this.#isChecking = false;
    this.problem = unsettled ?? problemOf(this.text, this.files.length > 0);
    return this.problem === null;
  }
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
  readonly #kept = new Map<string, Edit>();

  open(messageId: string, parentId: string | null, written: Written) {
    this.reopen(this.#kept.get(messageId) ?? new Edit(messageId, parentId, written));
  }

  reopen(edit: Edit) {
    this.#kept.set(edit.messageId, edit);
    this.current = edit;
  }

  /** Closes the box; what is in it is kept until it is forgotten. */
  close(): Edit | null {
    const edit = this.current;
    this.current = null;
    return edit;
  }

  forget(messageId: string) {
    this.#kept.get(messageId)?.attachments?.dispose();
    this.#kept.delete(messageId);
  }

  /** The page is left: nothing goes on. */
  dispose() {
    for (const { attachments } of this.#kept.values()) attachments?.dispose();
  }
}
