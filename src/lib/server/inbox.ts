import { liveSessions, type LiveSession } from "../inbox/overlay.ts";
import { rowPreview, rowState, type InboxPage, type InboxView } from "../inbox/row.ts";
import * as chats from "./chats.ts";
import type { Services } from "./services.ts";

/** How long live status may take before the inbox says that it is unavailable. */
const LIVE_BUDGET_MS = 300;

/** The first page of a person's inbox or archive, from Postgres alone. */
export async function list({ db }: Pick<Services, "db">, ownerId: string, view: InboxView): Promise<InboxPage> {
  const now = Date.now();
  const folders: chats.Folder[] = view === "archived" ? ["archived"] : ["pinned", "inbox"];
  const pages = await Promise.all(folders.map((folder) => chats.list(db, { ownerId, folder })));
  const chatRows = pages.flat().sort((a, b) => b.last_activity_at.getTime() - a.last_activity_at.getTime());
  const rows = chatRows.map((chat) => ({
    id: chat.id,
    title: chat.title,
    preview: rowPreview(chat),
    state: rowState(chat),
    isPinned: chat.pinned_at !== null,
    at: chat.last_activity_at.getTime(),
  }));
  return { rows, now };
}

/** What runs for this person, as Trigger.dev says, to decorate the rows with. Null: it did not say in time. */
export async function live(services: Services, ownerId: string): Promise<LiveSession[] | null> {
  const answer = await services.realtime.listSessions({ ownerId, budgetMs: LIVE_BUDGET_MS });
  return answer.live ? liveSessions(answer.sessions, Date.now()) : null;
}
