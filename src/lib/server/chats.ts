import { sql, type ColumnType, type Generated, type Kysely, type Selectable } from "kysely";
import { cutOff, evenOut } from "../tools/chat-title.ts";
import type { AttachedFile } from "../tools/file.ts";
import { questionParts, wordsOf, type HeadStartAnswer, type SkeinMessage } from "../tools/message.ts";
import type { AgentName } from "../tools/agents.ts";
import type { ToolRequest } from "../tools/requests.ts";
import type { Database } from "./db/database.ts";
import { isStorable, jsonb, storable } from "./jsonb.ts";

export type ChatStatus = "idle" | "running" | "needs_you" | "failed";
type Moment = ColumnType<Date, Date | undefined, Date>;
type OptionalMoment = ColumnType<Date | null, Date | null | undefined, Date | null>;

export interface ChatTable {
  id: string;
  owner_id: string;
  title: string;
  title_source: Generated<"auto" | "user">;
  model: string | null;
  head_id: string | null;
  status: Generated<ChatStatus>;
  status_detail: string | null;
  /** What it waits for, while the status is needs_you. */
  needs: ColumnType<ToolRequest | null, string | null | undefined, string | null>;
  /** What the turn that runs works on: a question, or the answer that is continued. Null unless the status is running. */
  answering_id: string | null;
  /** The attempt of the action that the turn answers, if it is one: with it, the same action can be sent again. */
  answering_attempt: string | null;
  /** Kept when that chat is deleted: set to null with it. */
  forked_from_chat_id: string | null;
  forked_from_message_id: string | null;
  /** Which agent has it. */
  agent: Generated<AgentName>;
  /** Of what a sub-agent does: the chat that asked for it, and with which call. Such a chat is in no list. */
  parent_chat_id: string | null;
  parent_tool_call_id: string | null;
  run_id: string | null;
  preview: Generated<string>;
  first_turn: Generated<"pending" | "claimed" | "done">;
  first_turn_lease_until: OptionalMoment;
  /** Why the head start failed, when another attempt would fail as well. The turn that ends with it takes it. */
  first_turn_failure: string | null;
  /** What the head start says of its answer, until the turn that stores it begins. */
  first_turn_answer: ColumnType<HeadStartAnswer | null, string | null | undefined, string | null>;
  stop_requested_at: OptionalMoment;
  /** Since when nothing that waits goes out: the person stopped a turn, or sending it led to nothing. */
  queue_paused_at: OptionalMoment;
  /** Which turn is to stop: the message it works on, or its attempt. Null: the one that runs. */
  stop_requested_for: string | null;
  last_activity_at: Moment;
  last_read_at: OptionalMoment;
  pinned_at: OptionalMoment;
  archived_at: OptionalMoment;
  deleted_at: OptionalMoment;
  /** Since when a deleted chat is being taken apart. From then on it cannot be taken back. */
  purging_at: OptionalMoment;
  created_at: Moment;
}

export type ChatRow = Selectable<ChatTable>;

/**
 * Creates a chat with its first question. Its first turn is pending: whoever opens the page claims it (head-start.ts),
 * and if nobody does, the recovery sweep.
 */
export async function create(
  db: Kysely<Database>,
  {
    ownerId,
    text,
    model,
    files = [],
  }: { ownerId: string; text: string; model?: string | null; files?: AttachedFile[] },
): Promise<{ chatId: string; messageId: string }> {
  const chatId = crypto.randomUUID();
  const messageId = crypto.randomUUID();
  const message: SkeinMessage = {
    id: messageId,
    role: "user",
    metadata: { after: null },
    parts: questionParts(text, files),
  };
  await db.transaction().execute(async (trx) => {
    await trx
      .insertInto("chat")
      .values({
        id: chatId,
        owner_id: ownerId,
        title: firstTitleOf(message),
        model: model ?? null,
        head_id: messageId,
        status: "running",
        answering_id: messageId,
        preview: previewOf(message),
        first_turn: "pending",
        // Milliseconds, as JavaScript has them: a page continues after the moment it read.
        last_activity_at: new Date(),
        last_read_at: new Date(),
      })
      .execute();
    await trx
      .insertInto("message")
      .values({
        chat_id: chatId,
        id: messageId,
        parent_id: null,
        role: "user",
        parts: jsonb(message.parts),
        metadata: jsonb(message.metadata),
      })
      .execute();
  });
  return { chatId, messageId };
}

/** Undefined: there is no such chat of this owner. */
export async function find(db: Kysely<Database>, { ownerId, chatId }: Owned): Promise<ChatRow | undefined> {
  if (!isStorable(chatId)) return undefined;
  return db
    .selectFrom("chat")
    .selectAll()
    .where("id", "=", chatId)
    .where("owner_id", "=", ownerId)
    .where("deleted_at", "is", null)
    .executeTakeFirst();
}

/** Which of these chats there are, whosever, and deleted or not. */
export async function known(db: Kysely<Database>, ids: string[]): Promise<Set<string>> {
  const rows = await db
    .selectFrom("chat")
    .select("id")
    .where(sql<boolean>`id = any(${ids.filter(isStorable)})`)
    .execute();
  return new Set(rows.map(({ id }) => id));
}

/** Whether there is such a chat of this owner. */
export async function owns(db: Kysely<Database>, which: Owned): Promise<boolean> {
  return (await find(db, which)) !== undefined;
}

export async function markRead(db: Kysely<Database>, { ownerId, chatId }: Owned): Promise<void> {
  // Unchanged rows are left alone: every update of a chat reaches all of its owner's pages.
  await owned(db, { ownerId, chatId })
    .set({ last_read_at: sql`now()` })
    .where((eb) => eb.or([eb("last_read_at", "is", null), eb("last_read_at", "<", eb.ref("last_activity_at"))]))
    .execute();
}

/**
 * Remembers that a person asked to stop a turn, because a stop that arrives while a run is being replaced is lost, and so
 * is one that arrives before the run has begun the turn. `turn`: the message it works on, or the attempt of its action.
 * What is stored has been begun; unless that turn runs, it is over, nothing is asked for, and the result is false. The
 * end of the turn clears it (transcript/storage.ts), in whichever order they commit.
 */
export async function requestStop(db: Kysely<Database>, { ownerId, chatId }: Owned, turn: string): Promise<boolean> {
  const { numUpdatedRows } = await owned(db, { ownerId, chatId })
    .set({
      stop_requested_at: sql`now()`,
      stop_requested_for: turn,
      // Who stops a turn does not want the next at once.
      queue_paused_at: sql<Date | null>`case when exists (
        select from queued_message where queued_message.chat_id = chat.id and queued_message.state = 'waiting'
      ) then now() else chat.queue_paused_at end`,
    })
    .where(({ and, or, eb, exists, not, selectFrom }) =>
      or([
        and([eb("status", "=", "running"), or([eb("answering_id", "=", turn), eb("answering_attempt", "=", turn)])]),
        not(exists(selectFrom("message").select("id").where("chat_id", "=", chatId).where("id", "=", turn))),
      ]),
    )
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

export type Owned = { ownerId: string; chatId: string };

/** An update of a chat that its owner has not deleted. */
export function owned(db: Kysely<Database>, { ownerId, chatId }: Owned) {
  return db
    .updateTable("chat")
    .where("id", "=", chatId)
    .where("owner_id", "=", ownerId)
    .where("deleted_at", "is", null);
}

/** What a chat is called that has no words. */
export const NO_TITLE = "New chat";

/** What a chat is called until it has a name: the first words of its question, at most 60 characters. */
export function firstTitleOf(question: Pick<SkeinMessage, "parts"> | undefined): string {
  return (question && shorten(previewOf(question), 60)) || NO_TITLE;
}

export function previewOf(message: Pick<SkeinMessage, "parts">): string {
  return shorten(wordsOf(message), 160);
}

function shorten(text: string, length: number): string {
  // Only the beginning is read: a question can be a megabyte long.
  return storable(cutOff(evenOut(text.slice(0, length * 8)), length));
}
