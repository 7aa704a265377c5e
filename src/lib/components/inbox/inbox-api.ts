import { resolve } from "$app/paths";
import { giveAnswer } from "$lib/components/conversation/chat-api.ts";
import type { InboxApi } from "$lib/inbox/inbox.svelte.ts";
import type { LiveStatus } from "$lib/inbox/overlay.ts";
import type { InboxPage, InboxRows } from "$lib/inbox/row.ts";

/** Reads go out one by one: one without an answer must not keep the others waiting. */
const PATIENCE_MS = 15_000;

export const inboxApi: InboxApi = {
  readPage: ({ view, filter }, { before, limit }) => {
    const listing = { view, limit: `${limit}`, ...(filter && { filter }) };
    const after = before && { at: `${before.at}`, id: before.id };
    return read<InboxPage>(`${resolve("/api/inbox")}?${new URLSearchParams({ ...listing, ...after })}`);
  },
  readRows: (chatIds) => {
    const ids = new URLSearchParams(chatIds.map((id) => ["id", id]));
    return read<InboxRows>(`${resolve("/api/inbox/rows")}?${ids}`);
  },
  readSessions: () => read<LiveStatus | null>(resolve("/api/inbox/live")),
  async edit(chatId, edit) {
    const response = await fetch(resolve("/api/chats/[chatId]", { chatId }), {
      method: "PATCH",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(edit),
    });
    if (!response.ok) throw new Error(`${response.status} from an edit of a chat`);
  },
  answer: giveAnswer,
};

async function read<Answer>(url: string): Promise<Answer> {
  const response = await fetch(url, { signal: AbortSignal.timeout(PATIENCE_MS) });
  if (!response.ok) throw new Error(`${response.status} from ${url}`);
  return (await response.json()) as Answer;
}
