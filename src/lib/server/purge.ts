import { sql, type Kysely } from "kysely";
import { UNDO_MS } from "../tools/undo-time.ts";
import type { ChatRow } from "./chats.ts";
import { alone, LOCKS } from "./db/alone.ts";
import type { Database } from "./db/database.ts";
import { emptyGarbage } from "./files/sweep.ts";
import { forgetChat } from "./forget-chat.ts";
import { repeat } from "./repeat.ts";
import type { Services } from "./services.ts";

const EVERY_MS = 1_000;
/** After a failure: the engine, or the database, is away for a while. */
const RETRY_MS = 5_000;
/** How many chats a round takes apart at once. */
const BATCH = 20;
/** How long a round waits for a run that was told to end; the next one goes on waiting. */
const RUN_END_MS = 3_000;

type Needs = Pick<Services, "db" | "files" | "log" | "realtime">;
type DeletedChat = Pick<ChatRow, "id" | "run_id">;

/**
 * Takes apart what was deleted and not taken back in time. Looks every second, one web server at a time, and what it does
 * can end at any line: each step finds out what is still to do, and none is undone.
 *
 * 1. The chat is marked (`purging_at`), and what its sub-agents do. It cannot be taken back any more, and a head start of it
 *    stops.
 * 2. Its session is closed for good, as deleted, so that no run begins any more; the one that runs is cancelled and
 *    waited for. The engine forgets its own records then.
 * 3. Its rows and files go, in one transaction; those of its sub-agents before. A run that saves after that makes no new chat of it (adoption.ts).
 *
 * Without the engine nothing goes: the chat stays invisible, and the session would be a chat without a row.
 */
export function startPurge(services: Needs): () => void {
  return repeat(async () => ((await purge(services)) ? EVERY_MS : RETRY_MS), {
    everyMs: RETRY_MS,
    onfailed: (err) => services.log.warn({ err }, "deleted chats could not be looked for"),
  });
}

/** One round; false when something failed and is to be tried again later. `undoMs`: for tests. */
export async function purge(services: Needs, { undoMs = UNDO_MS } = {}): Promise<boolean> {
  const { db } = services;
  if (!(await isAnythingDue(db, undoMs))) return true;
  let isDone = true;
  await alone(db, LOCKS.purge, async () => {
    await mark(db, undoMs);
    const results = await Promise.all((await marked(db)).map((chat) => takeApart(services, chat)));
    if (results.includes("gone")) await emptyGarbage(db, services.files, services.log);
    isDone = !results.includes("failed");
  });
  return isDone;
}

/** Never more than a look at an index with hardly anything in it. */
async function isAnythingDue(db: Kysely<Database>, undoMs: number): Promise<boolean> {
  const { rows } = await sql<{ due: boolean }>`
    select exists (select from chat where deleted_at <= ${ago(undoMs)}) as due`.execute(db);
  return rows[0]?.due ?? false;
}

async function mark(db: Kysely<Database>, undoMs: number): Promise<void> {
  await db
    .updateTable("chat")
    .set({ purging_at: sql`now()`, stop_requested_at: sql`now()`, stop_requested_for: null })
    .where("deleted_at", "<=", ago(undoMs))
    .where("purging_at", "is", null)
    .execute();
  // A run that was not told yet may have begun one meanwhile.
  await sql`
    update chat set deleted_at = parent.deleted_at, purging_at = now(), stop_requested_at = now(), stop_requested_for = null
    from chat parent
    where parent.deleted_at is not null and parent.purging_at is not null
      and chat.parent_chat_id = parent.id and chat.purging_at is null`.execute(db);
}

/** A head start still writes, and sends its question on if it must: until its lease is over, it comes first. */
async function marked(db: Kysely<Database>): Promise<DeletedChat[]> {
  return db
    .selectFrom("chat")
    .select(["id", "run_id"])
    .where("deleted_at", "is not", null)
    .where("purging_at", "is not", null)
    .where(sql<boolean>`not (first_turn = 'claimed' and first_turn_lease_until > now())`)
    .where(sql<boolean>`not exists (select from chat child where child.parent_chat_id = chat.id)`)
    .orderBy("deleted_at")
    .limit(BATCH)
    .execute();
}

async function takeApart({ db, log, realtime }: Needs, chat: DeletedChat): Promise<"gone" | "later" | "failed"> {
  try {
    if (!(await realtime.endSession(chat.id, { runId: chat.run_id, withinMs: RUN_END_MS }))) return "later";
    await forgetChat(db, chat.id);
    return "gone";
  } catch (error) {
    log.warn({ err: error, chatId: chat.id }, "a deleted chat could not be taken apart yet");
    return "failed";
  }
}

const ago = (ms: number) => sql<Date>`now() - ${ms} * interval '1 millisecond'`;
