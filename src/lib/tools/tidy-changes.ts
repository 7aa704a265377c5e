import { cutOff, evenOut } from "./chat-title.ts";

/** One change of the inbox as a person reads it. */
export interface ChangeInWords {
  verb: string;
  /** Undefined: no chat that is known. */
  chat: string | undefined;
  /** What it is to be called. */
  title?: string;
}

/** The name of a chat; undefined: there is none, or it is not theirs. */
export type NameOf = (chatId: string) => string | undefined;

/** What stands for a chat that has no name. */
export const UNKNOWN_CHAT = "a chat that is not in the list";

const VERBS: Record<string, string> = {
  rename: "Rename",
  archive: "Archive",
  unarchive: "Move back to the inbox:",
  pin: "Pin",
  unpin: "Unpin",
};

/** What a model wants of the inbox, as far as it says it; `nameOf` has the chats' names. Nothing is left out silently. */
export function changesIn(input: unknown, nameOf: NameOf): ChangeInWords[] {
  const { changes } = (input ?? {}) as { changes?: unknown };
  if (!Array.isArray(changes)) return [];
  return changes.map((change: unknown) => {
    const { action, chatId, title } = (change ?? {}) as Record<string, unknown>;
    const verb = typeof action === "string" && Object.hasOwn(VERBS, action) ? VERBS[action] : undefined;
    return {
      verb: verb ?? "Something unknown:",
      chat: typeof chatId === "string" ? nameOf(chatId) : undefined,
      ...(action === "rename" ? { title: typeof title === "string" ? title : "" } : {}),
    };
  });
}

/** The chats that it names. */
export function chatsIn(input: unknown): string[] {
  const { changes } = (input ?? {}) as { changes?: unknown };
  if (!Array.isArray(changes)) return [];
  const ids = changes.flatMap((change: unknown) => {
    const { chatId } = (change ?? {}) as Record<string, unknown>;
    return typeof chatId === "string" ? [chatId] : [];
  });
  return [...new Set(ids)];
}

const MAX_NAME = 60;
const MAX_LENGTH = 160;

/** All changes on one line, and of many how many; undefined: there are none. */
export function lineOf(changes: ChangeInWords[]): string | undefined {
  const [first, ...more] = changes.map(sentenceOf);
  if (first === undefined || more.length === 0) return first;
  let line = `${changes.length} changes: ${lowered(first)}`;
  for (const next of more) {
    if (line.length + next.length > MAX_LENGTH) return `${line}, …`;
    line += `, ${lowered(next)}`;
  }
  return line;
}

function sentenceOf({ verb, chat, title }: ChangeInWords): string {
  const what = `${verb} ${chat === undefined ? UNKNOWN_CHAT : quoted(chat)}`;
  return title === undefined ? what : `${what} to ${quoted(title)}`;
}

/** Isolated, so that a name in another direction turns nothing around it. */
const quoted = (name: string) => `“\u2068${cutOff(evenOut(name), MAX_NAME)}\u2069”`;

const lowered = (sentence: string) => sentence.charAt(0).toLowerCase() + sentence.slice(1);
