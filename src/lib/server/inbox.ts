import { foreignRows, liveSessions, type LiveStatus } from "../inbox/overlay.ts";
import { rowPreview, rowState, type InboxPage, type InboxRow, type InboxRows } from "../inbox/row.ts";
import type { Listing, RowKey } from "../inbox/row.ts";
import * as chatLists from "./chat-lists.ts";
import * as chats from "./chats.ts";
import * as guests from "./guests.ts";
import type { Services } from "./services.ts";

/** How long live status may take before the inbox says that it is unavailable. */
const LIVE_BUDGET_MS = 300;
/** More than anybody pins; what is beyond it is not lost, only not on top. */
const MAX_PINNED = 200;

/** As many tags as an address holds; by what somebody was called before that, nothing is live any more. */
const MAX_IDS = 50;

interface Stretch extends Listing {
  before?: RowKey | null;
  limit?: number;
}

/** A stretch of one of a person's lists, from Postgres alone. */
export async function list(
  { db }: Pick<Services, "db">,
  ownerId: string,
  { view, filter, before = null, limit = 50 }: Stretch,
): Promise<InboxPage> {
  const now = Date.now();
  const hasPinned = view === "inbox" && filter === null && before === null;
  const [pinned, others, counts] = await Promise.all([
    hasPinned ? chatLists.list(db, { ownerId, folder: "pinned", limit: MAX_PINNED }) : [],
    chatLists.list(db, { ownerId, folder: view, state: filter, before, limit }),
    chatLists.counts(db, ownerId),
  ]);
  const last = others.length < limit ? undefined : others.at(-1);
  const end = last ? { at: last.last_activity_at.getTime(), id: last.id } : null;
  return { rows: [...pinned, ...others].map(rowOf), end, counts, now };
}

/** These chats of a person; what is not there, or not theirs, is left out. */
export async function named({ db }: Pick<Services, "db">, ownerId: string, chatIds: string[]): Promise<InboxRows> {
  const now = Date.now();
  const [found, counts] = await Promise.all([chatLists.named(db, ownerId, chatIds), chatLists.counts(db, ownerId)]);
  return { rows: found.map(rowOf), counts, now };
}

function rowOf(chat: chatLists.ListedChat): InboxRow {
  return {
    id: chat.id,
    title: chat.title,
    preview: rowPreview(chat),
    state: rowState(chat),
    needs: chat.status === "needs_you" ? chat.needs : null,
    isPinned: chat.pinned_at !== null,
    isArchived: chat.archived_at !== null,
    at: chat.last_activity_at.getTime(),
  };
}

/**
 * What runs for this person, as Trigger.dev says, to decorate the rows with, and what it has that is no chat yet. Null: it
 * did not say in time.
 */
export async function live({ db, realtime }: Services, ownerId: string): Promise<LiveStatus | null> {
  const ids = await guests.idsOf(db, ownerId);
  const answer = await realtime.listSessions({ ownerIds: ids.slice(0, MAX_IDS), budgetMs: LIVE_BUDGET_MS });
  if (!answer.live) return null;
  const now = Date.now();
  const known = await chats.known(
    db,
    answer.sessions.flatMap(({ externalId }) => externalId ?? []),
  );
  return { sessions: liveSessions(answer.sessions, now), foreign: foreignRows(answer.sessions, known, now) };
}
