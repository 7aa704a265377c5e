import { resolve } from "$app/paths";
import type { InboxApi } from "$lib/inbox/inbox.svelte.ts";
import type { LiveSession } from "$lib/inbox/overlay.ts";
import type { InboxPage } from "$lib/inbox/row.ts";

export const inboxApi: InboxApi = {
  readRows: () => read<InboxPage>("/api/inbox"),
  readSessions: () => read<LiveSession[] | null>("/api/inbox/live"),
};

async function read<Answer>(route: "/api/inbox" | "/api/inbox/live"): Promise<Answer> {
  const response = await fetch(resolve(route));
  if (!response.ok) throw new Error(`${response.status} from ${route}`);
  return (await response.json()) as Answer;
}
