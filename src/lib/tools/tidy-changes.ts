/** One change of the inbox as a person reads it. */
export interface ChangeInWords {
  verb: string;
  chat: string;
  /** What it is to be called. */
  title?: string;
}

const VERBS: Record<string, string> = {
  rename: "Rename",
  archive: "Archive",
  unarchive: "Move back to the inbox:",
  pin: "Pin",
  unpin: "Unpin",
};

/** What a model wants of the inbox, as far as it says it; `nameOf` has the chats' names. Nothing is left out silently. */
export function changesIn(input: unknown, nameOf: (chatId: string) => string): ChangeInWords[] {
  const { changes } = (input ?? {}) as { changes?: unknown };
  if (!Array.isArray(changes)) return [];
  return changes.map((change: unknown) => {
    const { action, chatId, title } = (change ?? {}) as Record<string, unknown>;
    const verb = typeof action === "string" && Object.hasOwn(VERBS, action) ? VERBS[action] : undefined;
    return {
      verb: verb ?? "Something unknown:",
      chat: typeof chatId === "string" ? nameOf(chatId) : "a chat",
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
