import type { LoadContextEvent } from "@trigger.dev/sdk/ai";
import { sql, type Kysely } from "kysely";
import type { SkeinMessage } from "../../tools/message.ts";
import type { Database } from "../db/database.ts";
import * as messages from "../messages.ts";
import { isFinished } from "./answer.ts";
import { HeadPath, type AtHead } from "./head-path.ts";
import type { TreeRow } from "./tree.ts";

/**
 * The conversation as the model sees it in this turn: always a complete path, because the runtime takes whatever is
 * missing for a removal. It ends with what the turn works on:
 *
 * - a known answer (an approval, a tool's output) with that answer, wherever the head is by now;
 * - a known question with its finished answer, which makes re-sending it a no-op, else with itself, which answers it;
 * - a new question with that question, below the message its writer saw if that one is on another branch.
 *
 * `headPath`: what this process knows of the chat already.
 */
export async function loadContext(
  db: Kysely<Database>,
  chatId: string,
  event: Pick<LoadContextEvent, "trigger"> & { incomingMessages: SkeinMessage[] },
  headPath = new HeadPath(),
): Promise<SkeinMessage[]> {
  const incoming = event.incomingMessages.at(-1);
  const at = await headPath.read(db, chatId, incoming?.id);
  const end = await endOfPath(db, chatId, at, incoming, event.trigger);
  const context = end === at.headId ? [...at.path] : (await messages.path(db, chatId, end)).map(messages.messageOf);
  if (event.trigger === "regenerate-message") {
    while (context.length > 0 && context.at(-1)?.role !== "user") context.pop();
  }
  const known = new Set(context.map((message) => message.id));
  for (const message of event.incomingMessages) {
    if (message.role === "user" && !known.has(message.id)) context.push(message);
  }
  return context;
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
  if (typeof after !== "string" || path.some((message) => message.id === after)) return headId;
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
  const columns = sql`id, parent_id, hidden, not final and not stopped as is_unfinished, error is not null as has_error`;
  const { rows } = await sql<TreeRow>`
    with recursive up as (
      select ${columns} from message where chat_id = ${chatId} and id = any(${ids})
      union
      select m.* from up ${messages.joinById(chatId, sql`up.parent_id`, columns)}
    )
    select id, parent_id as "parentId", hidden, is_unfinished as "isUnfinished",
      is_unfinished and not has_error as "isOpen"
    from up`.execute(db);
  return rows;
}
