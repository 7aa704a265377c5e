import { createSubAgentMessages, SUB_AGENT_DATA_TYPE, type SubAgentMessagesOptions } from "@trigger.dev/sdk/chat";
import type { UIMessage } from "ai";
import { createSubscriber } from "svelte/reactivity";

/** What sub-agents say while they work, put together from what is forwarded on the stream of the chat that asked them. */
export class SubAgentMessages {
  readonly #store: ReturnType<typeof createSubAgentMessages>;
  readonly #subscribe: () => void;
  /** By tool call: under which name its newest attempt is forwarded (trigger/tools/forward-attempts.ts). */
  // eslint-disable-next-line svelte/prefer-svelte-reactivity -- what it leads to says when it changed
  readonly #attempts = new Map<string, string>();

  constructor({ throttleMs }: Pick<SubAgentMessagesOptions, "throttleMs"> = {}) {
    let changed = () => {};
    this.#store = createSubAgentMessages({ throttleMs, onChange: () => changed() });
    this.#subscribe = createSubscriber((update) => {
      changed = update;
      return () => (changed = () => {});
    });
  }

  /** Takes every data part of the stream; one that comes again changes nothing. */
  readonly onData = (part: { type: string; data?: unknown }): void => {
    const { toolCallId: name } = (part.data ?? {}) as { toolCallId?: unknown };
    if (part.type !== SUB_AGENT_DATA_TYPE || typeof name !== "string") return;
    this.#attempts.set(name.split("#").slice(0, -1).join("#") || name, name);
    this.#store.onData(part);
  };

  /** The message so far of the sub-agent that a tool call asked; undefined before its first word. */
  of(toolCallId: string): UIMessage | undefined {
    this.#subscribe();
    const newest = this.#attempts.get(toolCallId);
    return newest === undefined ? undefined : this.#store.get(newest);
  }

  dispose(): void {
    this.#store.dispose();
  }
}
