import { cannotSee, FILES_GONE, MAX_FILE_BYTES, MAX_FILES, TOO_LARGE, TOO_MANY } from "$lib/tools/file-rules.ts";
import { isImage, type AttachedFile } from "$lib/tools/file.ts";
import type { ModelChoice } from "./model-choice.ts";
import { isKept, upload, UploadError } from "./upload.ts";

/** A file on its way, or one that did not arrive. */
export class Pending {
  readonly key = Symbol();
  readonly file: File;
  progress = $state(0);
  problem = $state<string | null>(null);
  canRetry = $state(true);
  readonly cancel = new AbortController();

  constructor(file: File) {
    this.file = file;
  }
}

/** What files are added to: a draft, or a message that is edited. It has those that the server has. */
export interface Attaching {
  readonly files: AttachedFile[];
  attach(files: AttachedFile[]): void;
}

/** The files of one draft: those the server has are the draft's, those on their way are here. */
export class Attachments {
  pending = $state.raw<Pending[]>([]);
  /** What could not even be tried, in one sentence. */
  problem = $state<string | null>(null);
  /** A message waits for what is on its way. */
  isAwaited = $state(false);
  readonly #draft: Attaching;
  /** Images that were added here are shown from memory. */
  readonly #previews: Record<string, string> = {};
  #work = Promise.resolve();

  constructor(draft: Attaching) {
    this.#draft = draft;
  }

  get files(): AttachedFile[] {
    return this.#draft.files;
  }

  add(files: Iterable<File>) {
    this.problem = null;
    for (const file of files) {
      if (this.files.length + this.pending.length >= MAX_FILES) {
        this.problem = TOO_MANY;
        return;
      }
      const pending = new Pending(file);
      this.pending = [...this.pending, pending];
      if (file.size > MAX_FILE_BYTES) this.#fail(pending, TOO_LARGE, false);
      else this.#send(pending);
    }
  }

  retry(pending: Pending) {
    pending.problem = null;
    this.#send(pending);
  }

  drop(pending: Pending) {
    this.problem = null;
    pending.cancel.abort();
    this.#forget(pending);
  }

  remove(file: AttachedFile) {
    this.problem = null;
    this.#draft.attach(this.files.filter((other) => other !== file));
  }

  preview(file: AttachedFile): string | undefined {
    return this.#previews[file.id];
  }

  /**
   * Resolves when nothing is on its way any more: to the sentence that keeps the message from being sent to this model,
   * or null.
   */
  async settled(model: ModelChoice | undefined): Promise<string | null> {
    this.isAwaited = true;
    for (let work; work !== this.#work;) await (work = this.#work);
    this.isAwaited = false;
    const failed = this.pending.find(({ problem }) => problem !== null);
    if (failed) return `${failed.file.name} was not added. Try it again, or remove it.`;
    return model && !model.accepts.images && this.files.some(isImage) ? cannotSee(model.label) : null;
  }

  /** Lets go of what was kept from earlier and is no longer there. */
  async check() {
    for (const file of this.files) {
      if (await isKept(file)) continue;
      this.remove(file);
      this.problem = FILES_GONE;
    }
  }

  dispose() {
    for (const { cancel } of this.pending) cancel.abort();
    for (const url of Object.values(this.#previews)) URL.revokeObjectURL(url);
  }

  /** One after the other: the order in which they were added is the order in which the model gets them. */
  #send(pending: Pending) {
    this.#work = this.#work.then(async () => {
      const { file, cancel } = pending;
      if (cancel.signal.aborted) return;
      try {
        const kept = await upload(file, { signal: cancel.signal, onprogress: (part) => (pending.progress = part) });
        if (cancel.signal.aborted) return;
        if (isImage(kept)) this.#previews[kept.id] = URL.createObjectURL(file);
        this.#draft.attach([...this.files, kept]);
        this.#forget(pending);
      } catch (error) {
        const isFinal = error instanceof UploadError && error.isFinal;
        this.#fail(pending, error instanceof Error ? error.message : String(error), !isFinal);
      }
    });
  }

  #forget(pending: Pending) {
    this.pending = this.pending.filter((other) => other !== pending);
  }

  #fail(pending: Pending, problem: string, canRetry: boolean) {
    Object.assign(pending, { problem, canRetry, progress: 0 });
  }
}
