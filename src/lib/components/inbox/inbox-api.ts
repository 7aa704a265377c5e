import { resolve } from "$app/paths";
import type { InboxApi } from "$lib/inbox/inbox.svelte.ts";
import type { LiveSession } from "$lib/inbox/overlay.ts";
import type { InboxPage } from "$lib/inbox/row.ts";

export const inboxApi: InboxApi = {
  readRows: (view) => read<InboxPage>(`${resolve("/api/inbox")}?view=${view}`),
  readSessions: () => read<LiveSession[] | null>(resolve("/api/inbox/live")),
  async edit(chatId, edit) {
    const response = await fetch(resolve("/api/chats/[chatId]", { chatId }), {
      method: "PATCH",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(edit),
    });
    if (!response.ok) throw new Error(`${response.status} from an edit of a chat`);
  },
};

async function read<Answer>(url: string): Promise<Answer> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${response.status} from ${url}`);
  return (await response.json()) as Answer;
}
