import { goto } from "$app/navigation";
import { resolve } from "$app/paths";
import type { News } from "$lib/inbox/news.ts";

/** More at once nobody reads. */
const MAX = 3;
/** Whoever looks at the chat elsewhere has seen it by then. */
const DELAY_MS = 600;

interface Options {
  /** Whether it still is news. */
  isNews(chatId: string): boolean;
}

/** Notices about chats that nobody looks at: in the page, or on the desktop while the page is out of sight. */
export class NewsNotices {
  #shown = $state.raw<News[]>([]);
  #permission = $state<NotificationPermission>("denied");
  readonly #options: Options;

  constructor(options: Options) {
    this.#options = options;
  }

  get shown(): News[] {
    return this.#shown;
  }

  /** Whether the person has not been asked yet if they want notices on their desktop. */
  get canAsk(): boolean {
    return this.#permission === "default";
  }

  restore(): void {
    if ("Notification" in window) this.#permission = Notification.permission;
  }

  async ask(): Promise<void> {
    this.#permission = await Notification.requestPermission();
  }

  add(news: News): void {
    setTimeout(() => {
      if (!this.#options.isNews(news.chatId)) return;
      this.#shown = [...this.#shown.filter(({ chatId }) => chatId !== news.chatId), news].slice(-MAX);
      if (document.visibilityState === "hidden" && this.#permission === "granted") this.#notify(news);
    }, DELAY_MS);
  }

  dismiss(chatId: string): void {
    this.#shown = this.#shown.filter((news) => news.chatId !== chatId);
  }

  #notify({ chatId, title, text }: News) {
    // One tag, one notice, however many tabs tell of it.
    const notification = new Notification(title, { body: `This chat ${text}.`, tag: chatId });
    notification.onclick = () => {
      window.focus();
      notification.close();
      void goto(resolve("/(app)/chats/[chatId]", { chatId }));
    };
  }
}
