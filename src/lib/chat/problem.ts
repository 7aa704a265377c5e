import type { ChatAction } from "../tools/actions.ts";
import { errorSentence } from "./error-sentence.ts";
import { isAway, isOnline, isUnreachable } from "./network.ts";
import type { Outbox } from "./outbox.ts";
import type { ChatPageData, ChatProblem } from "./types.ts";

/** What failed on the stream before its answer began: the database tells whether it was taken at all. */
interface Doubt {
  question: string | null;
  action?: ChatAction;
  message: string;
}

/** What is wrong, and what Retry would send again. */
export class ProblemKeeper {
  readonly #outbox: Outbox;
  readonly #state: { problem: ChatProblem | null };
  #refused: ChatAction | null = null;
  #doubt: Doubt | null = null;

  constructor(outbox: Outbox, state: { problem: ChatProblem | null }) {
    this.#outbox = outbox;
    this.#state = state;
  }

  /** The action that could not be sent. */
  get refusedAction(): ChatAction | null {
    return this.#refused;
  }

  /** `next`: what is asked for now. */
  clear(next?: ChatAction) {
    const failed = this.#doubt?.action;
    // The database brings it, if it has it; nothing is to wait for its turn. Tried again, it is the same one.
    if (failed?.type === "edit" && !(next?.type === "edit" && next.message.id === failed.message.id))
      this.#outbox.drop(failed.message.id);
    this.#state.problem = null;
    this.#refused = null;
    this.#doubt = null;
  }

  /** A message that could not be sent stays, and can be sent again. Without a connection it only waits for one. */
  notSent(id: string | null, error: unknown, isMessage = true) {
    const passes = isAway(error) || (isUnreachable(error) && !isOnline());
    if (isMessage && passes) return this.#outbox.mark(id, "waiting", Date.now());
    this.#outbox.mark(id, "not-sent", Date.now());
    this.#state.problem = { message: errorSentence(error), messageId: id, kind: isMessage ? "not-sent" : "failed" };
  }

  /** An action that could not be sent changes nothing: what it was about is shown as before, with what went wrong. */
  refused(action: ChatAction, message: string) {
    if (action.type === "edit") this.#outbox.drop(action.message.id);
    this.#refused = action;
    this.#state.problem = { message, messageId: action.messageId, kind: "not-sent" };
  }

  /** A turn failed. Whether it had been one, and is stored as one, is not known before its answer began. */
  failed(messageId: string | null, message: string, doubt?: Omit<Doubt, "message">) {
    this.#state.problem = { message, messageId, kind: "failed" };
    this.#doubt = doubt ? { ...doubt, message } : null;
  }

  /** What the database calls failed, unless something of the person's waits to be sent again. */
  in(data: ChatPageData): ChatProblem | null {
    const lost = this.#outbox.lost(Date.now());
    if (lost) {
      this.#outbox.mark(lost, "not-sent", Date.now());
      return { message: errorSentence(undefined), messageId: lost, kind: "not-sent" };
    }
    if (this.#doubt) this.#settle(this.#doubt, data);
    const { problem } = this.#state;
    if (this.#refused && arrived(this.#refused, data)) this.clear();
    const isUnsent = this.#refused !== null || this.#outbox.is("not-sent", problem?.messageId ?? null);
    return problem?.kind === "not-sent" && isUnsent ? problem : problemIn(data);
  }

  /** What the agent refused was never stored, and nothing in the database will ever tell of it. */
  #settle({ question, action, message }: Doubt, data: ChatPageData) {
    this.#doubt = null;
    if (action) {
      if (!arrived(action, data) && !isFailure(message, data)) this.refused(action, message);
    } else if (this.#outbox.get(question)) {
      this.#outbox.mark(question, "not-sent", Date.now());
      this.#state.problem = { message, messageId: question, kind: "not-sent" };
    }
  }
}

/** The action was taken, whatever was heard of it. */
function arrived(action: ChatAction, { messages, branches }: ChatPageData): boolean {
  if (action.type === "edit") {
    const { id } = action.message;
    return [...messages, ...Object.values(branches).flat()].some((message) => message.id === id);
  }
  return messages.some((message) => message.metadata?.attempt === action.attempt);
}

/** The database remembers just that failure: what failed was a turn. */
function isFailure(message: string, { chat }: ChatPageData): boolean {
  return chat.status === "failed" && chat.statusDetail === message;
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
