const PATIENCE_MS = 400;

export interface HeldBack {
  /** Something of this chat was announced. */
  hear(chatId: string): void;
  /** No answer is awaited any more: it has begun, or somebody went elsewhere. */
  release(): void;
}

/**
 * Tells at once what is announced, but of a chat whose answer is awaited only once that has begun, or after 400 ms: what is
 * read because of it takes from the time until the first word, here and on the server.
 */
export function holdBack(isAwaited: (chatId: string) => boolean, tell: (chatId: string) => void): HeldBack {
  const held = new Map<string, ReturnType<typeof setTimeout>>();
  const release = (chatId: string) => {
    clearTimeout(held.get(chatId));
    held.delete(chatId);
    tell(chatId);
  };
  return {
    hear(chatId) {
      if (held.has(chatId)) return;
      if (!isAwaited(chatId)) return tell(chatId);
      held.set(
        chatId,
        setTimeout(() => release(chatId), PATIENCE_MS),
      );
    },
    release() {
      for (const chatId of [...held.keys()]) release(chatId);
    },
  };
}
