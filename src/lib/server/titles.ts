import type { Kysely } from "kysely";
import { wordsOf, type SkeinMessage } from "../tools/message.ts";
import { firstTitleOf, NO_TITLE } from "./chats.ts";
import type { Database } from "./db/database.ts";
import { storable } from "./jsonb.ts";

/** Nobody waits for a name; the idle span after a turn is longer. */
const TIMEOUT_MS = 20_000;

/** A chat at its first turn. */
export interface Untitled {
  chatId: string;
  /** What it begins with. */
  question: SkeinMessage;
  /** Who is to name it, if it is not the chat's own model. */
  model?: string | null;
}

export interface TitlesOptions {
  /** Asks a model, as `provider:model` or null for the default one, for a name. Empty: it found none. */
  write: (question: string, asked: { model: string | null; abortSignal: AbortSignal }) => Promise<string>;
  /** There is no name, and why. Nothing else is wrong: the first words of the question stay. */
  onfailed: (chatId: string, cause: unknown) => void;
  timeoutMs?: number;
}

/**
 * Names chats by a model, beside their first turn. Whatever goes wrong or dies meanwhile, the first words of the question
 * are their name; what a person called a chat stays, and so does a name once made.
 */
export class Titles {
  readonly #db: Kysely<Database>;
  readonly #options: TitlesOptions;
  /** The chats that are being named: a turn may begin while its head start's is asked for. */
  readonly #running = new Map<string, Promise<void>>();

  constructor(db: Kysely<Database>, options: TitlesOptions) {
    this.#db = db;
    this.#options = options;
  }

  /** Nothing waits for it. Resolves when the chat has its name, or keeps the one it has; never rejects. */
  begin(untitled: Untitled): Promise<void> {
    const { chatId } = untitled;
    const running =
      this.#running.get(chatId) ??
      this.#name(untitled)
        .catch((cause: unknown) => this.#options.onfailed(chatId, cause))
        .finally(() => this.#running.delete(chatId));
    this.#running.set(chatId, running);
    return running;
  }

  async #name({ chatId, question, model }: Untitled): Promise<void> {
    const words = wordsOf(question);
    const chat = await this.#untitled(chatId, question);
    if (!chat || words === "") return;
    const { write, timeoutMs = TIMEOUT_MS } = this.#options;
    const abortSignal = AbortSignal.timeout(timeoutMs);
    const title = storable(await write(words, { model: model ?? chat.model, abortSignal }));
    if (title === "" || title === chat.title) return;
    await this.#db
      .updateTable("chat")
      .set({ title })
      .where("id", "=", chatId)
      .where("deleted_at", "is", null)
      // A person may have renamed it meanwhile, also to what it was called, or another run may have named it.
      .where("title_source", "=", "auto")
      .where("title", "=", chat.title)
      .execute();
  }

  /** The chat, if it has no name yet and nothing but this question. A fork is called what it was made from. */
  async #untitled(chatId: string, question: SkeinMessage) {
    return this.#db
      .selectFrom("chat")
      .select(["title", "model"])
      .where("id", "=", chatId)
      .where("deleted_at", "is", null)
      .where("title_source", "=", "auto")
      .where("title", "in", [firstTitleOf(question), NO_TITLE])
      .where("forked_from_message_id", "is", null)
      .where(({ not, exists, selectFrom }) =>
        not(
          exists(
            selectFrom("message")
              .select("id")
              .where("chat_id", "=", chatId)
              .where("id", "<>", question.id)
              .where(({ or, eb }) => or([eb("role", "=", "user"), eb("final", "=", true)])),
          ),
        ),
      )
      .executeTakeFirst();
  }
}
