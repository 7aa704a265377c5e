import { AbstractChat, type ChatInit, type ChatState, type ChatStatus } from "ai";
import type { SkeinMessage } from "../tools/message.ts";
import { OnceAFrame } from "./once-a-frame.ts";

/**
 * The AI SDK's chat, for Svelte. (That of `@ai-sdk/svelte` makes every field of every message reactive: in a chat of 1,000
 * messages each word of an answer then asks all of them.) Here messages are plain values: what changes is another object,
 * what does not is the same.
 */
export class RawChat extends AbstractChat<SkeinMessage> {
  constructor({ messages = [], ...init }: ChatInit<SkeinMessage>) {
    super({ ...init, state: new RawState(messages) });
  }
}

class RawState implements ChatState<SkeinMessage> {
  status = $state.raw<ChatStatus>("ready");
  error = $state.raw<Error>();
  #messages: SkeinMessage[];
  #version = $state(0);
  readonly #frames = new OnceAFrame(() => this.#version++);

  constructor(messages: SkeinMessage[]) {
    this.#messages = messages;
  }

  get messages() {
    void this.#version;
    return this.#messages;
  }

  set messages(messages) {
    this.#messages = messages;
    this.#version++;
  }

  pushMessage = (message: SkeinMessage) => {
    this.messages = [...this.#messages, copied(message)];
  };

  popMessage = () => {
    this.messages = this.#messages.slice(0, -1);
  };

  replaceMessage = (index: number, message: SkeinMessage) => {
    this.#messages = this.#messages.with(index, copied(message, this.#messages[index]));
    this.#frames.changed();
  };

  // Browsers refuse it as a method of anything but the window.
  snapshot = <T>(thing: T): T => structuredClone(thing);
}

/** The SDK goes on writing into the message it hands over, and into its parts. Parts that did not change stay the same. */
function copied(message: SkeinMessage, before?: SkeinMessage): SkeinMessage {
  const parts = message.parts.map((part, at) => {
    const known = before?.parts[at];
    return known && isSame(known, part) ? known : { ...part };
  });
  return { ...message, parts };
}

function isSame(one: object, other: object): boolean {
  const entries = Object.entries(other);
  return (
    entries.length === Object.keys(one).length &&
    entries.every(([key, value]) => one[key as keyof typeof one] === value)
  );
}
