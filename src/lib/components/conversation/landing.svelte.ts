import { tick } from "svelte";
import type { ChatSession } from "$lib/chat/chat-session.svelte.ts";
import { steeredIn } from "$lib/tools/steering.ts";
import type { ScrollController } from "./scroll.svelte.ts";

interface LandingParts {
  session: Pick<ChatSession, "messages" | "moveProblem" | "goTo">;
  scroll: Pick<ScrollController, "show">;
}

const GONE = "That message is not there any more.";

/** Leads to one message: to its branch, to its place on the screen, and the focus to its row. */
export class Landing {
  #targetId = $state<string | null>(null);
  #problem = $state<string | null>(null);
  readonly #parts: LandingParts;

  constructor(parts: LandingParts) {
    this.#parts = parts;
  }

  /** The message whose row is drawn whole and stands out; null: none. */
  get targetId(): string | null {
    return this.#targetId;
  }

  get problem(): string | null {
    return this.#problem;
  }

  async to(messageId: string): Promise<void> {
    this.#problem = null;
    this.#targetId = messageId;
    if (this.#rowOf(messageId) === undefined) await this.#parts.session.goTo(messageId);
    // Another one was asked for, or somebody looks at something else by now.
    if (this.#targetId !== messageId) return;
    const rowId = this.#rowOf(messageId);
    this.#targetId = rowId ?? null;
    if (rowId === undefined) {
      this.#problem = this.#parts.session.moveProblem === null ? GONE : null;
      return;
    }
    await tick();
    const find = () => document.querySelector<HTMLElement>(`[role=log] [data-message-id="${CSS.escape(rowId)}"]`);
    this.#parts.scroll.show(find);
    find()?.focus({ preventScroll: true });
  }

  /** The row is like any other from here on. */
  leave(): void {
    this.#targetId = null;
    this.#problem = null;
  }

  /** A message that went into a running turn has no row of its own: the answer shows it. */
  #rowOf(messageId: string): string | undefined {
    const { messages } = this.#parts.session;
    const shows = messages.find(({ parts }) =>
      parts.some((part) => steeredIn(part)?.some(({ id }) => id === messageId)),
    );
    return shows?.id ?? messages.find(({ id }) => id === messageId)?.id;
  }
}
