import { isForeign, titleIn, type SessionTraits } from "../tools/foreign-session.ts";
import type { InboxRow } from "./row.ts";

/** What Trigger.dev says beside the database: what runs, and what is not a chat yet. */
export interface LiveStatus {
  sessions: LiveSession[];
  foreign: InboxRow[];
}

/** What Trigger.dev says about the session of one chat. */
export interface LiveSession {
  chatId: string;
  /** Closed by somebody, or expired: it takes no more messages. */
  isClosed: boolean;
  currentRunId: string | null;
}

/** A row of ours with what runs right now. */
export interface LiveRow extends InboxRow {
  isClosed: boolean;
  currentRunId: string | null;
}

/** As `sessions.list` gives it; it may lack the current run. */
interface ListedSession {
  externalId: string | null;
  closedAt: Date | string | null;
  expiresAt: Date | string | null;
  currentRunId?: string | null | undefined;
}

/** The sessions that belong to a chat. */
export function liveSessions(listed: ListedSession[], now: number): LiveSession[] {
  return listed.flatMap(({ externalId, closedAt, expiresAt, currentRunId }) => {
    if (externalId === null) return [];
    const isExpired = expiresAt !== null && new Date(expiresAt).getTime() <= now;
    return [{ chatId: externalId, isClosed: closedAt !== null || isExpired, currentRunId: currentRunId ?? null }];
  });
}

/**
 * Sessions that another surface created, as rows, until they are opened and become chats. `known`: the names of those that
 * have a chat, whosever it is, and deleted or not. Nothing of theirs has run yet that a row could tell.
 */
export function foreignRows(listed: SessionTraits[], known: ReadonlySet<string>, now: number): InboxRow[] {
  return listed.flatMap((session) => {
    const { externalId: id, createdAt, metadata } = session;
    if (id === null || known.has(id) || !isForeign(session, now)) return [];
    const what = {
      preview: "",
      state: null,
      needs: null,
      isPinned: false,
      isArchived: false,
      isForeign: true,
    } as const;
    return [{ id, title: titleIn(metadata), ...what, at: new Date(createdAt).getTime() }];
  });
}

/**
 * Decorates rows, and only that: the list of sessions is behind the database, so which rows there are and in which order
 * is never its to say.
 */
export function overlay(rows: InboxRow[], sessions: LiveSession[]): LiveRow[] {
  const byChat = new Map(sessions.map((session) => [session.chatId, session]));
  return rows.map((row) => {
    const { isClosed = false, currentRunId = null } = byChat.get(row.id) ?? {};
    return { ...row, isClosed, currentRunId, state: isClosed ? closedState(row.state) : row.state };
  });
}

/** Nothing runs in a closed session and nobody can be asked in one; what happened in it can still be read. */
function closedState(state: InboxRow["state"]): InboxRow["state"] {
  return state === "Failed" || state === "Unread" ? state : "Closed";
}
