import type { ChatAction } from "../tools/actions.ts";
import { errorSentence } from "./error-sentence.ts";
import type { Outbox } from "./outbox.ts";
import type { ChatPageData, ChatProblem } from "./types.ts";

/** What is wrong, and what Retry would send again. */
export class ProblemKeeper {
  readonly #outbox: Outbox;
  readonly #state: { problem: ChatProblem | null };
  #refused: ChatAction | null = null;

  constructor(outbox: Outbox, state: { problem: ChatProblem | null }) {
    this.#outbox = outbox;
    this.#state = state;
  }

  /** The action that could not be sent. */
  get refusedAction(): ChatAction | null {
    return this.#refused;
  }

  clear() {
    this.#state.problem = null;
    this.#refused = null;
  }

  /** A message that could not be sent stays, and can be sent again. */
  notSent(id: string | null, error: unknown, isMessage = true) {
    this.#outbox.mark(id, "not-sent", Date.now());
    this.#state.problem = { message: errorSentence(error), messageId: id, kind: isMessage ? "not-sent" : "failed" };
  }

  /** An action that could not be sent changes nothing: what it was about is shown as before, with what went wrong. */
  refused(action: ChatAction, message: string) {
    if (action.type === "edit") this.#outbox.drop(action.message.id);
    this.#refused = action;
    this.#state.problem = { message, messageId: action.messageId, kind: "not-sent" };
  }

  /** What the database calls failed, unless something of the person's waits to be sent again. */
  in(data: ChatPageData): ChatProblem | null {
    const lost = this.#outbox.lost(Date.now());
    if (lost) {
      this.#outbox.mark(lost, "not-sent", Date.now());
      return { message: errorSentence(undefined), messageId: lost, kind: "not-sent" };
    }
    const { problem } = this.#state;
    if (this.#refused && arrived(this.#refused, data)) this.clear();
    const isUnsent = this.#refused !== null || this.#outbox.is("not-sent", problem?.messageId ?? null);
    return problem?.kind === "not-sent" && isUnsent ? problem : problemIn(data);
  }
}

/** Only the answer to the request was lost: the action itself was taken. */
function arrived(action: ChatAction, { messages }: ChatPageData): boolean {
  if (action.type === "edit") return messages.some((message) => message.id === action.message.id);
  return messages.some((message) => message.metadata?.attempt === action.attempt);
}

/** The failure the database remembers. It concerns the last message: a partial answer, or the question. */
export function problemIn({ chat, messages }: ChatPageData): ChatProblem | null {
  if (chat.status !== "failed") return null;
  return {
    message: chat.statusDetail ?? "The answer broke off.",
    messageId: messages.at(-1)?.id ?? null,
    kind: "failed",
  };
}
