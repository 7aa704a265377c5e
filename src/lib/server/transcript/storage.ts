import type {
  TranscriptChangeset,
  TranscriptLoadOptions,
  TranscriptStorage,
  TranscriptStorageContext,
} from "@trigger.dev/sdk/ai";
import type { UIMessage } from "ai";
import type { Kysely, Transaction } from "kysely";
import { ownerIn } from "../../tools/foreign-session.ts";
import type { HeadStartAnswer, SkeinMessage } from "../../tools/message.ts";
import { adopt, type FindSession } from "../adoption.ts";
import { requestsOf } from "../approvals/requests-of.ts";
import { firstTitleOf, type ChatRow } from "../chats.ts";
import type { Database } from "../db/database.ts";
import { throughOutages } from "../db/through-outages.ts";
import { isStopRequested } from "../stop-request.ts";
import { answerOf, chatAfter, chatAfterRefusal } from "./chat-after.ts";
import { withCutTools } from "./cut-tools.ts";
import { lineage, loadContext } from "./context.ts";
import { HeadPath } from "./head-path.ts";
import { load } from "./load.ts";
import { allowed } from "./allowed.ts";
import { plan, type TreeRow, type Work, workOf } from "./tree.ts";
import { interpret, isEnd, withHeadStart } from "./turn-end.ts";
import { writeMessages, writeReading, writeSession } from "./write.ts";

export interface TranscriptStorageOptions {
  /** Who owns a chat that has no row yet. Never taken from clientData, which a browser can forge. */
  owner?: (context: TranscriptStorageContext) => string | undefined;
  /** With it, a chat that has no row gets one only if its session tells that another surface made it (adoption.ts). */
  findSession?: FindSession;
  /** One clear sentence on why the turn of this run failed, if it did. */
  failure?: (runId: string) => string | undefined;
  /** What the action answers that this run is at. A save of an action without it moves the head and begins no turn. */
  work?: (runId: string) => Work | undefined;
  /** Whether what this run read last was refused before it became a turn. */
  refused?: (runId: string) => boolean;
  /** What the answer of this run's turn says of itself beside what the runtime knows of it. */
  answer?: (runId: string) => HeadStartAnswer | undefined;
  /** The answer of a turn that was stopped, as this run streamed it. */
  cut?: (runId: string) => UIMessage | undefined;
  /** Called when a turn has its path: what else it needs may be read while the runtime makes ready. */
  read?: (chatId: string) => void;
}

const LOCKED = [
  ...(["id", "head_id", "run_id", "status", "answering_id", "answering_attempt"] as const),
  ...(["stop_requested_at", "stop_requested_for"] as const),
];
type LockedChat = Pick<ChatRow, (typeof LOCKED)[number]>;

/**
 * A conversation as a tree in Postgres (tree.ts decides, write.ts writes). Every save is one transaction: messages,
 * head, cursors and status change together or not at all, so that a page never sees one without the others.
 */
export function createTranscriptStorage(
  db: Kysely<Database>,
  { owner = ownerOfRun, findSession, failure, work, refused, answer, cut, read }: TranscriptStorageOptions = {},
): TranscriptStorage<unknown> {
  const headPath = new HeadPath();
  return {
    load: async <M extends UIMessage>({ chatId }: { chatId: string }, options?: TranscriptLoadOptions) => {
      const loaded = await throughOutages(() => load(db, chatId, options));
      return { ...loaded, messages: loaded.messages as UIMessage[] as M[] };
    },
    // Done twice it comes to the same: what is put is there already.
    save: (context, given) =>
      throughOutages(() =>
        db.transaction().execute(async (trx) => {
          const chat =
            (await lock(trx, context.chatId)) ?? (await createChat(trx, context, given, { owner, findSession }));
          if (isStale(chat, context, given)) return;
          await save(
            trx,
            chat,
            context,
            withHeadStart(withCutTools(given, cut?.(context.runId)), answer?.(context.runId)),
            {
              failure: failure?.(context.runId),
              work: work?.(context.runId),
              isRefused: refused?.(context.runId) ?? false,
            },
          );
        }),
      ),
    loadContext: async <M extends UIMessage>(
      { chatId }: { chatId: string },
      event: { trigger: "submit-message" | "regenerate-message" | "action"; incomingMessages: M[] },
    ) => {
      const incomingMessages = event.incomingMessages as UIMessage[] as SkeinMessage[];
      const { trigger } = event;
      const context = await throughOutages(() => loadContext(db, chatId, { trigger, incomingMessages }, headPath));
      // What an action comes to is still to be decided, and saved, before its turn begins.
      if (trigger !== "action") read?.(chatId);
      return context as UIMessage[] as M[];
    },
  };
}

function ownerOfRun(context: TranscriptStorageContext): string | undefined {
  return ownerIn(context.ctx.run.tags ?? []);
}

/**
 * The row lock makes saves of one chat happen one after the other, whichever process they come from. It is always taken
 * first, and leaves foreign keys to the chat alone.
 */
async function lock(trx: Transaction<Database>, chatId: string): Promise<LockedChat | undefined> {
  return trx.selectFrom("chat").select(LOCKED).where("id", "=", chatId).forNoKeyUpdate().executeTakeFirst();
}

/** A session that another surface created has no chat yet, and its first save comes before `onChatStart`. */
async function createChat(
  trx: Transaction<Database>,
  context: TranscriptStorageContext,
  changeset: TranscriptChangeset,
  { owner, findSession }: Pick<TranscriptStorageOptions, "owner" | "findSession">,
): Promise<LockedChat> {
  const ownerId = owner?.(context) ?? ownerIn((await findSession?.(context.chatId))?.tags ?? []);
  const { chatId } = context;
  if (ownerId === undefined) throw new Error(`Chat ${chatId} is unknown and no "user:" tag tells the owner.`);
  const question = changeset.transcript.entries.find((entry) => entry.message.role === "user")?.message;
  const title = firstTitleOf(question as SkeinMessage | undefined);
  await adopt(trx, { chatId, ownerId, title }, findSession);
  const chat = await lock(trx, chatId);
  if (!chat) throw new Error(`Chat ${chatId} vanished while it was created.`);
  return chat;
}

/** A run that was given up and replaced may still be alive and finish its answer. The new run's answer is the one. */
function isStale(chat: LockedChat, { runId }: TranscriptStorageContext, changeset: TranscriptChangeset): boolean {
  return isEnd(changeset) && chat.run_id !== null && chat.run_id !== runId;
}

async function save(
  trx: Transaction<Database>,
  chat: LockedChat,
  { runId, trigger }: TranscriptStorageContext,
  given: TranscriptChangeset,
  run: { failure: string | undefined; work: Work | undefined; isRefused: boolean },
) {
  const ids = given.transcript.entries.map((entry) => entry.id);
  const rows = await rowsOf(trx, chat, ids);
  const answering = workOf(chat);
  const stopRequested = isStopRequested(chat, answering);
  const { changeset, ending } = interpret(
    allowed(given, (id) => rows.has(id)),
    { failure: run.failure, stopRequested },
  );
  const { reason, changes } = changeset;
  const { entries } = changeset.transcript;
  const tree = { headId: chat.head_id, answering, rows };
  const work = begins(changeset, trigger, run.work);
  const planned = plan(tree, { reason, changes, entries, trigger, work });
  await writeMessages(trx, chat.id, planned, ending);
  if (planned.headId !== chat.head_id) await writeReading(trx, chat.id, planned.visited, ids);
  await writeSession(trx, { chatId: chat.id, runId }, changeset, { isBegun: work !== null && !isEnd(given) });
  const answer = answerOf(changeset);
  const requests = answer ? await requestsOf(trx, chat.id, answer) : [];
  await trx
    .updateTable("chat")
    .set({
      head_id: planned.headId,
      run_id: runId,
      // The next turn may have been stopped already, before it could begin.
      ...(isEnd(changeset) && stopRequested ? { stop_requested_at: null, stop_requested_for: null } : {}),
      // The runtime puts known messages again: only a new one tells that something was said.
      ...(run.isRefused && reason === "turn-error" && planned.inserts.length === 0
        ? chatAfterRefusal(chat.status, ending)
        : chatAfter(changeset, { ending, work, requests })),
    })
    .where("id", "=", chat.id)
    .execute();
}

/**
 * The rows of a path and of the head's. All of a long path that is stored is above its end, nearly always; what is not
 * (several new messages at once, one that was moved) is asked for by name.
 */
async function rowsOf(trx: Transaction<Database>, chat: LockedChat, path: string[]): Promise<Map<string, TreeRow>> {
  const ends = [...path.slice(-2), ...(chat.head_id === null ? [] : [chat.head_id])];
  const rows = new Map((await lineage(trx, chat.id, ends)).map((row) => [row.id, row]));
  const rest = path.slice(0, -2).filter((id) => !rows.has(id));
  for (const row of rest.length === 0 ? [] : await lineage(trx, chat.id, rest)) rows.set(row.id, row);
  return rows;
}

/** What the turn that begins with this save works on. */
function begins(
  { reason, transcript }: TranscriptChangeset,
  trigger: TranscriptStorageContext["trigger"],
  ofAction: Work | undefined,
): Work | null {
  if (trigger === "action" || trigger === "action-turn") return ofAction ?? null;
  if (reason !== "turn-start") return null;
  const question = transcript.entries.findLast((entry) => entry.message.role === "user");
  return question ? { messageId: question.id, attempt: null } : null;
}
