import type { LoadContextEvent } from "@trigger.dev/sdk/ai";
import { sql, type Kysely } from "kysely";
import type { SkeinMessage } from "../../tools/message.ts";
import type { Database } from "../db/database.ts";
import * as messages from "../messages.ts";
import { isFinished } from "./answer.ts";
import type { TreeRow } from "./tree.ts";

/**
 * The conversation as the model sees it in this turn: always a complete path, because the runtime takes whatever is
 * missing for a removal. It ends with what the turn works on:
 *
 * - a known answer (an approval, a tool's output) with that answer, wherever the head is by now;
 * - a known question with its finished answer, which makes re-sending it a no-op, else with itself, which answers it;
 * - a new question with that question, below the message its writer saw if that one is on another branch.
 */
export async function loadContext(
  db: Kysely<Database>,
  chatId: string,
  event: Pick<LoadContextEvent, "trigger"> & { incomingMessages: SkeinMessage[] },
): Promise<SkeinMessage[]> {
  const incoming = event.incomingMessages.at(-1);
  const at = await atHead(db, chatId, incoming?.id);
  const end = await endOfPath(db, chatId, at, incoming, event.trigger);
  const rows = end === at.headId ? at.path : await messages.path(db, chatId, end);
  const context = rows.map(messages.messageOf);
  if (event.trigger === "regenerate-message") {
    while (context.length > 0 && context.at(-1)?.role !== "user") context.pop();
  }
  const known = new Set(context.map((message) => message.id));
  for (const message of event.incomingMessages) {
    if (message.role === "user" && !known.has(message.id)) context.push(message);
  }
  return context;
}

interface AtHead {
  headId: string | null;
  answeringId: string | null;
  /** Whether the chat has the incoming message already. */
  isKnown: boolean;
  path: messages.PathRow[];
}

/** Nearly every turn is about the head's path: one round trip, because the person is waiting for the first word. */
async function atHead(db: Kysely<Database>, chatId: string, incomingId: string | undefined): Promise<AtHead> {
  type Chat = Omit<AtHead, "path">;
  const { rows } = await sql<Chat & (messages.PathRow | { id: null })>`
    select chat.head_id as "headId", chat.answering_id as "answeringId",
      exists (select from message where chat_id = ${chatId} and id = ${incomingId ?? null}) as "isKnown", p.*
    from chat left join (${messages.pathTo(chatId, sql`(select head_id from chat where id = ${chatId})`)}) p on true
    where chat.id = ${chatId}
    order by p.depth desc`.execute(db);
  const { headId = null, answeringId = null, isKnown = false } = rows[0] ?? {};
  return { headId, answeringId, isKnown, path: rows.filter((row) => row.id !== null) };
}

async function endOfPath(
  db: Kysely<Database>,
  chatId: string,
  { headId, answeringId, isKnown, path }: AtHead,
  incoming: SkeinMessage | undefined,
  trigger: LoadContextEvent["trigger"],
) {
  // A run died at it: it is asked for again, and people may look at another branch by now.
  if (!incoming && trigger === "regenerate-message") return answeringId ?? headId;
  if (!incoming) return headId;
  if (isKnown) {
    return incoming.role === "user" ? ((await answerOf(db, chatId, incoming.id)) ?? incoming.id) : incoming.id;
  }
  const after = incoming.metadata?.after;
  if (typeof after !== "string" || path.some((row) => row.id === after)) return headId;
  if (!(await exists(db, chatId, after))) return headId;
  if ((await pathIds(db, chatId, headId)).has(after)) return headId;
  // It came too late for the turn that it was sent into: it follows that turn's answer.
  return (incoming.metadata?.steers === after && (await answerOf(db, chatId, after))) || after;
}

/** The finished answer to a question: the one on the path people look at, else the newest. Undefined: unanswered. */
export async function answerOf(db: Kysely<Database>, chatId: string, questionId: string): Promise<string | undefined> {
  const candidates = await db
    .selectFrom("message")
    .select(["id", "final", "stopped"])
    .where("chat_id", "=", chatId)
    .where("role", "=", "assistant")
    .where("hidden", "=", false)
    // An answer to a steered question hangs below what steered it; its `replyTo` still names the question.
    .where((eb) => eb.or([eb("parent_id", "=", questionId), eb(sql`metadata ->> 'replyTo'`, "=", questionId)]))
    .orderBy("seq", "desc")
    .execute();
  const finished = candidates.filter(isFinished).map((row) => row.id);
  if (finished.length < 2) return finished[0];
  const chat = await db.selectFrom("chat").select("head_id").where("id", "=", chatId).executeTakeFirst();
  const visible = await pathIds(db, chatId, chat?.head_id ?? null);
  return finished.find((id) => visible.has(id)) ?? finished[0];
}

async function exists(db: Kysely<Database>, chatId: string, id: string): Promise<boolean> {
  const row = await db
    .selectFrom("message")
    .select("id")
    .where("chat_id", "=", chatId)
    .where("id", "=", id)
    .executeTakeFirst();
  return row !== undefined;
}

async function pathIds(db: Kysely<Database>, chatId: string, toId: string | null): Promise<Set<string>> {
  if (toId === null) return new Set();
  const rows = await lineage(db, chatId, [toId]);
  return new Set(rows.map((row) => row.id));
}

/** The rows from the given ids up to their roots, without content. */
export async function lineage(db: Kysely<Database>, chatId: string, ids: string[]) {
  const { rows } = await sql<TreeRow>`
    with recursive up (id, parent_id) as (
      select id, parent_id from message where chat_id = ${chatId} and id = any(${ids})
      union
      select m.id, m.parent_id from up ${messages.joinById(chatId, sql`up.parent_id`)}
    )
    select m.id, m.parent_id as "parentId", m.hidden, not m.final and not m.stopped as "isUnfinished",
      not m.final and not m.stopped and m.error is null as "isOpen"
    from up ${messages.joinById(chatId, sql`up.id`)}`.execute(db);
  return rows;
}
