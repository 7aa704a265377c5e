import { sql, type Kysely } from "kysely";
import { ownerIn } from "../tools/foreign-session.ts";
import type { HeadStartAnswer } from "../tools/message.ts";
import * as adoption from "./adoption.ts";
import type { FindSession } from "./adoption.ts";
import { NO_TITLE, type ChatRow } from "./chats.ts";
import * as compactions from "./compactions.ts";
import type { Database } from "./db/database.ts";
import { isStopRequested } from "./stop-request.ts";
import type { Work } from "./transcript/tree.ts";

type StopColumns = Pick<ChatRow, "stop_requested_at" | "stop_requested_for">;

export interface TurnStarted {
  /** Somebody asked to stop this turn while its run was being replaced: it must not answer. */
  stopRequested: boolean;
  /** The chat's own model, for a message that names none. */
  model: string | null;
  /** Why the head start of this turn failed for good: it must not ask the model again. */
  failure: string | null;
  /** What the head start of this turn says of its answer. */
  answer: HeadStartAnswer | null;
}

/**
 * Says which run works on a chat and at what, before it writes anything: from here on only this run may finish the turn. One round
 * trip, because the person is waiting for the first word. Undefined: no such chat.
 *
 * The chat is locked before its session, as every save does; the other way round they deadlock, for the save of the
 * question runs at the same time.
 */
export async function started(
  db: Kysely<Database>,
  { chatId, runId, token, work }: { chatId: string; runId: string; token: string; work: Work | null },
): Promise<TurnStarted | undefined> {
  const { rows } = await sql<Omit<TurnStarted, "stopRequested"> & StopColumns>`
    with before as (
      select first_turn_failure, first_turn_answer from chat where id = ${chatId}
    ), claimed as (
      update chat set run_id = ${runId}, status = 'running', status_detail = null, needs = null,
        answering_id = ${work?.messageId ?? null}, answering_attempt = ${work?.attempt ?? null},
        first_turn = 'done', first_turn_lease_until = null, first_turn_failure = null,
        first_turn_answer = null
      where id = ${chatId}
      returning id, stop_requested_at, stop_requested_for, model
    ), taken as (
      delete from tool_continuation where chat_id = ${chatId} and attempt = ${work?.attempt ?? null}
    ), connected as (
      insert into chat_session (chat_id, run_id, public_access_token)
      select id, ${runId}, nullif(${token}, '') from claimed
      on conflict (chat_id) do update set
        run_id = excluded.run_id, public_access_token = excluded.public_access_token, updated_at = now()
    )
    select stop_requested_at, stop_requested_for, model, first_turn_failure as failure, first_turn_answer as answer
    from claimed, before`.execute(db);
  const [chat] = rows;
  if (!chat) return undefined;
  const { model, failure, answer } = chat;
  return { stopRequested: isStopRequested(chat, work), model, failure, answer };
}

/** What a turn finds when it begins. */
export interface Known extends Omit<TurnStarted, "stopRequested"> {
  /** Which run has the chat. */
  runId: string | null;
  /** Whether somebody asked to stop the turn that works on this. */
  isStopRequested(work: Work | null): boolean;
  /** Which of its messages have a summary; what speaks for the most comes first. */
  summarised: string[];
  /** Whether a tool with an effect ever began here. */
  hasExecutions: boolean;
  /** The tools that need no approval here any more. */
  rules: string[];
}

/** What `started` would say, and more; takes no lock and waits for none. */
export async function look(db: Kysely<Database>, chatId: string): Promise<Known | undefined> {
  const { rows } = await sql<Omit<Known, "isStopRequested"> & StopColumns>`
    select run_id as "runId", stop_requested_at, stop_requested_for, model, first_turn_failure as failure,
      first_turn_answer as answer, (${compactions.idsOf(chatId)}) as summarised,
      exists (select from tool_execution where chat_id = ${chatId}) as "hasExecutions",
      array(select tool from tool_rule where chat_id = ${chatId}) as rules
    from chat where id = ${chatId}`.execute(db);
  const [chat] = rows;
  return chat && { ...chat, isStopRequested: (work) => isStopRequested(chat, work) };
}

/** Makes sure that a chat has its row, for a session that another surface created. */
export async function adopt(
  db: Kysely<Database>,
  { chatId, tags }: { chatId: string; tags: readonly string[] },
  findSession?: FindSession,
): Promise<void> {
  const known = await db.selectFrom("chat").select("id").where("id", "=", chatId).executeTakeFirst();
  if (known) return;
  const ownerId = ownerIn(tags) ?? ownerIn((await findSession?.(chatId))?.tags ?? []);
  if (ownerId === undefined) return;
  await db.transaction().execute((trx) => adoption.adopt(trx, { chatId, ownerId, title: NO_TITLE }, findSession));
}
