import { isDeepStrictEqual } from "node:util";
import type { Kysely } from "kysely";
import type { SkeinMessage } from "../../tools/message.ts";
import * as compactions from "../compactions.ts";
import type { Compaction } from "../compactions.ts";
import type { Database } from "../db/database.ts";
import * as messages from "../messages.ts";
import { cutOf, summarisable, transcriptOf } from "./compaction.ts";

export interface CompactOptions {
  chatId: string;
  /** From the root to what is answered, or to its answer. */
  path: SkeinMessage[];
  /** How many exchanges at its end stay word for word. */
  keep: number;
  /** Who summarises, as `provider:model`. */
  model: string;
  /** How long the text may be that is given to it. */
  tokens: number;
  summarise: (conversation: string) => Promise<string>;
}

/** Summarises the paths of one process, one at a time: who comes second finds what the first has written. */
export class Compactor {
  readonly #db: Kysely<Database>;
  #running: Promise<unknown> | undefined;

  constructor(db: Kysely<Database>) {
    this.#db = db;
  }

  get isBusy(): boolean {
    return this.#running !== undefined;
  }

  /**
   * The summary that stands in for the beginning of a path: the one that speaks for the most of it. `listed`: which
   * messages of the chat have one, if that is known.
   */
  async summaryOn(chatId: string, path: SkeinMessage[], listed?: string[]): Promise<Compaction | undefined> {
    return compactions.latestOn(this.#db, chatId, summarisable(path), listed);
  }

  /**
   * Summarises a path but for its last exchanges, on top of what an earlier summary says, and returns the summary that
   * holds from now on. Undefined: there is none, because the path is short or was changed meanwhile. Throws what
   * `summarise` throws.
   */
  async compact(options: CompactOptions): Promise<Compaction | undefined> {
    const before = this.#running;
    const done = (async () => {
      await before?.catch(() => {});
      return this.#compact(options);
    })();
    this.#running = done;
    try {
      return await done;
    } finally {
      if (this.#running === done) this.#running = undefined;
    }
  }

  /** Nothing is locked while the model writes, and whoever dies until then has written nothing. */
  async #compact({ chatId, path, keep, model, tokens, summarise }: CompactOptions): Promise<Compaction | undefined> {
    const earlier = await this.summaryOn(chatId, path);
    const cut = cutOf(path, { keep, summarised: earlier?.messageId });
    const last = cut === undefined ? undefined : path[cut - 1];
    if (!last) return earlier;
    const rows = await messages.path(this.#db, chatId, last.id);
    // A save that failed is still to come.
    if (rows.at(-1)?.id !== last.id) return earlier;
    const covered = rows.map(messages.messageOf);
    const fresh = covered.slice(covered.findIndex((message) => message.id === earlier?.messageId) + 1);
    const summary = await summarise(transcriptOf(fresh, earlier?.summary, tokens));
    await this.#db.transaction().execute(async (trx) => {
      // Saves of this chat wait, so that none changes what was summarised between this look and the write.
      await trx.selectFrom("chat").select("id").where("id", "=", chatId).forNoKeyUpdate().execute();
      if (!isDeepStrictEqual(await messages.path(trx, chatId, last.id), rows)) return;
      await compactions.write(trx, chatId, { messageId: last.id, summary, messages: rows.length, model });
    });
    return this.summaryOn(chatId, path);
  }
}
