import { createSubAgentMessages, type SubAgentMessagesOptions } from "@trigger.dev/sdk/chat";
import type { UIMessage } from "ai";
import { createSubscriber } from "svelte/reactivity";

/** What sub-agents say while they work, put together from what is forwarded on the stream of the chat that asked them. */
export class SubAgentMessages {
  readonly #store: ReturnType<typeof createSubAgentMessages>;
  readonly #subscribe: () => void;

  constructor({ throttleMs }: Pick<SubAgentMessagesOptions, "throttleMs"> = {}) {
    let changed = () => {};
    this.#store = createSubAgentMessages({ throttleMs, onChange: () => changed() });
    this.#subscribe = createSubscriber((update) => {
      changed = update;
      return () => (changed = () => {});
    });
  }

  /** Takes every data part of the stream; one that comes again changes nothing. */
  readonly onData = (part: { type: string; data?: unknown }): void => this.#store.onData(part);

  /** The message so far of the sub-agent that a tool call asked; undefined before its first word. */
  of(toolCallId: string): UIMessage | undefined {
    this.#subscribe();
    return this.#store.get(toolCallId);
  }

  dispose(): void {
    this.#store.dispose();
  }
}
