import type {
  TranscriptChangeset,
  TranscriptLoadOptions,
  TranscriptStorage,
  TranscriptStorageContext,
} from "@trigger.dev/sdk/ai";
import type { UIMessage } from "ai";
import { sql, type Kysely, type Transaction } from "kysely";
import type { SkeinMessage } from "../../tools/message.ts";
import { previewOf, titleOf, type ChatRow } from "../chats.ts";
import type { Database } from "../db/database.ts";
import { jsonb } from "../jsonb.ts";
import * as messages from "../messages.ts";
import { needsPerson } from "./answer.ts";
import { lineage, loadContext } from "./context.ts";
import { failedTurn } from "./failed-turn.ts";
import { forRuntime, plan, type Plan } from "./tree.ts";

export interface TranscriptStorageOptions {
  /** Who owns a chat that has no row yet. Never taken from clientData, which a browser can forge. */
  owner?: (context: TranscriptStorageContext) => string | undefined;
  /** One clear sentence on why the turn of this run failed, if it did. */
  failure?: (runId: string) => string | undefined;
}

type LockedChat = Pick<ChatRow, "id" | "head_id" | "run_id" | "stop_requested_at">;

/**
 * A conversation as a tree in Postgres (tree.ts decides, this writes). Every save is one transaction: messages, head,
 * cursors and status change together or not at all, so that a page never sees one without the others.
 */
export function createTranscriptStorage(
  db: Kysely<Database>,
  { owner = ownerOfRun, failure }: TranscriptStorageOptions = {},
): TranscriptStorage<unknown> {
  return {
    load: async <M extends UIMessage>({ chatId }: { chatId: string }, options?: TranscriptLoadOptions) => {
      const loaded = await load(db, chatId, options);
      return { ...loaded, messages: loaded.messages as UIMessage[] as M[] };
    },
    save: async (context, given) => {
      const sentence = failure?.(context.runId);
      const changeset = sentence !== undefined && isEnd(given) ? failedTurn(given) : given;
      await db.transaction().execute(async (trx) => {
        const chat = (await lock(trx, context.chatId)) ?? (await createChat(trx, context, changeset, owner(context)));
        if (isStale(chat, context, changeset)) return;
        await save(trx, chat, context, changeset, sentence);
      });
    },
    loadContext: async <M extends UIMessage>(
      { chatId }: { chatId: string },
      event: { trigger: "submit-message" | "regenerate-message" | "action"; incomingMessages: M[] },
    ) => {
      const incomingMessages = event.incomingMessages as UIMessage[] as SkeinMessage[];
      return (await loadContext(db, chatId, { trigger: event.trigger, incomingMessages })) as UIMessage[] as M[];
    },
  };
}

function ownerOfRun(context: TranscriptStorageContext): string | undefined {
  const tag = context.ctx.run.tags?.find((tag) => tag.startsWith("user:"));
  return tag?.slice("user:".length);
}

async function load(db: Kysely<Database>, chatId: string, { limit, before }: TranscriptLoadOptions = {}) {
  const chat = await db
    .selectFrom("chat")
    .leftJoin("chat_session", "chat_session.chat_id", "chat.id")
    .select(["head_id", "last_event_id", "last_in_event_id", "state"])
    .where("chat.id", "=", chatId)
    .executeTakeFirst();
  const path = await messages.path(db, chatId, chat?.head_id ?? null);
  const end =
    before === undefined
      ? path.length
      : Math.max(
          0,
          path.findIndex((row) => row.id === before),
        );
  const start = limit === undefined ? 0 : Math.max(0, end - limit);
  const page = path.slice(start, end);
  return {
    messages: page.map((row) => forRuntime(messages.messageOf(row))),
    nonFinalIds: page.filter((row) => !row.final).map((row) => row.id),
    state: chat?.state ?? null,
    cursors: {
      ...(chat?.last_event_id ? { lastOutEventId: chat.last_event_id } : {}),
      ...(chat?.last_in_event_id ? { lastInEventId: chat.last_in_event_id } : {}),
    },
    ...(start > 0 && page[0] ? { nextCursor: page[0].id } : {}),
  };
}

/**
 * The row lock makes saves of one chat happen one after the other, whichever process they come from. It is always taken
 * first, and leaves foreign keys to the chat alone.
 */
async function lock(trx: Transaction<Database>, chatId: string): Promise<LockedChat | undefined> {
  return trx
    .selectFrom("chat")
    .select(["id", "head_id", "run_id", "stop_requested_at"])
    .where("id", "=", chatId)
    .forNoKeyUpdate()
    .executeTakeFirst();
}

/** A session that another surface created has no chat yet, and its first save comes before `onChatStart`. */
async function createChat(
  trx: Transaction<Database>,
  { chatId }: TranscriptStorageContext,
  changeset: TranscriptChangeset,
  ownerId: string | undefined,
): Promise<LockedChat> {
  if (ownerId === undefined)
    throw new Error(`Chat ${chatId} is unknown and its run has no "user:" tag to tell the owner.`);
  const question = changeset.transcript.entries.find((entry) => entry.message.role === "user")?.message;
  await trx
    .insertInto("chat")
    .values({
      id: chatId,
      owner_id: ownerId,
      title: titleOf(question ? previewOf(question as SkeinMessage) : ""),
      last_activity_at: new Date(),
    })
    .onConflict((conflict) => conflict.column("id").doNothing())
    .execute();
  const chat = await lock(trx, chatId);
  if (!chat) throw new Error(`Chat ${chatId} vanished while it was created.`);
  return chat;
}

/** A run that was given up and replaced may still be alive and finish its answer. The new run's answer is the one. */
function isStale(chat: LockedChat, { runId }: TranscriptStorageContext, changeset: TranscriptChangeset): boolean {
  return isEnd(changeset) && chat.run_id !== null && chat.run_id !== runId;
}

function isEnd({ reason }: TranscriptChangeset): boolean {
  return reason === "turn-complete" || reason === "turn-error";
}

async function save(
  trx: Transaction<Database>,
  chat: LockedChat,
  context: TranscriptStorageContext,
  changeset: TranscriptChangeset,
  failure: string | undefined,
) {
  const { reason, changes, cursors, transcript } = changeset;
  const ids = transcript.entries.map((entry) => entry.id);
  const known = await lineage(trx, chat.id, chat.head_id === null ? ids : [...ids, chat.head_id]);
  const tree = { headId: chat.head_id, rows: new Map(known.map((row) => [row.id, row])) };
  const planned = plan(tree, { reason, changes, entries: transcript.entries, trigger: context.trigger });
  await writeMessages(trx, chat.id, planned, endedBy(reason, failure));
  const tail = transcript.entries.at(-1);
  if (reason === "turn-complete" && chat.stop_requested_at && tail) await markStopped(trx, chat.id, tail.id);
  await writeSession(
    trx,
    chat.id,
    context.runId,
    cursors,
    changes.findLast((change) => change.op === "state"),
  );
  await trx
    .updateTable("chat")
    .set({ head_id: planned.headId, run_id: context.runId, ...statusAfter(changeset, failure), ...activity(changeset) })
    .where("id", "=", chat.id)
    .execute();
}

type Ending = { stopped: true } | { error: string };

/** What an answer that is not final after its turn has to say about itself. */
function endedBy(reason: TranscriptChangeset["reason"], failure: string | undefined): Ending | undefined {
  if (reason === "turn-complete") return { stopped: true };
  return reason === "turn-error" ? { error: failure ?? UNKNOWN_FAILURE } : undefined;
}

const UNKNOWN_FAILURE = "The answer could not be finished. Try again.";

async function writeMessages(
  trx: Transaction<Database>,
  chatId: string,
  { inserts, updates }: Plan,
  ending: Ending | undefined,
) {
  const content = (message: UIMessage, final: boolean) => {
    const metadata =
      final || message.role !== "assistant" || !ending
        ? message.metadata
        : { ...(message.metadata as object), ...ending };
    return { parts: jsonb(message.parts), metadata: metadata == null ? null : jsonb(metadata) };
  };
  if (inserts.length > 0) {
    await trx
      .insertInto("message")
      .values(
        inserts.map(({ id, parentId, message, final }) => ({
          chat_id: chatId,
          id,
          parent_id: parentId,
          role: message.role,
          final,
          ...content(message, final),
        })),
      )
      .execute();
  }
  for (const { id, message, final, hidden, parentId } of updates) {
    const row = trx.updateTable("message").where("chat_id", "=", chatId).where("id", "=", id);
    const flags = {
      ...(final === undefined ? {} : { final }),
      ...(hidden === undefined ? {} : { hidden }),
      ...(parentId === undefined ? {} : { parent_id: parentId }),
    };
    if (Object.keys(flags).length > 0) await row.set(flags).execute();
    if (!message) continue;
    const { parts, metadata } = content(message, final ?? true);
    // Rewriting a row means indexing its text again, and the runtime often puts what is already there.
    await row
      .set({ parts, metadata })
      .where(sql<boolean>`(parts, metadata) is distinct from (${parts}::jsonb, ${metadata}::jsonb)`)
      .execute();
  }
}

/** A head start that was stopped reaches the runtime as a finished answer; only the row says that somebody stopped it. */
async function markStopped(trx: Transaction<Database>, chatId: string, id: string) {
  await trx
    .updateTable("message")
    .set({ final: false, metadata: sql<string>`coalesce(metadata, '{}') || '{"stopped": true}'` })
    .where("chat_id", "=", chatId)
    .where("id", "=", id)
    .where("role", "=", "assistant")
    .execute();
}

async function writeSession(
  trx: Transaction<Database>,
  chatId: string,
  runId: string,
  cursors: TranscriptChangeset["cursors"],
  state: { value?: unknown } | undefined,
) {
  const values = {
    run_id: runId,
    updated_at: new Date(),
    ...(cursors?.lastOutEventId === undefined ? {} : { last_event_id: cursors.lastOutEventId }),
    ...(cursors?.lastInEventId === undefined ? {} : { last_in_event_id: cursors.lastInEventId }),
    ...(state === undefined ? {} : { state: state.value == null ? null : jsonb(state.value) }),
  };
  await trx
    .insertInto("chat_session")
    .values({ chat_id: chatId, ...values })
    .onConflict((conflict) => conflict.column("chat_id").doUpdateSet(values))
    .execute();
}

/** Status belongs to the same transaction as messages and cursors; nobody else writes it while a turn runs. */
function statusAfter({ reason, transcript }: TranscriptChangeset, failure: string | undefined) {
  const over = { first_turn: "done", first_turn_lease_until: null, stop_requested_at: null } as const;
  switch (reason) {
    case "turn-start":
      // From here on the agent has the turn: a head start that ended has nothing left to lose.
      return { status: "running", status_detail: null, first_turn: "done", first_turn_lease_until: null } as const;
    case "turn-complete": {
      const answer = transcript.entries.at(-1)?.message;
      return { ...over, status: answer && needsPerson(answer) ? "needs_you" : "idle", status_detail: null } as const;
    }
    case "turn-error":
      return { ...over, status: "failed", status_detail: failure ?? UNKNOWN_FAILURE } as const;
    default:
      return {};
  }
}

function activity({ changes }: TranscriptChangeset) {
  const latest = changes.findLast((change) => change.op === "put")?.message;
  if (!latest) return {};
  const preview = previewOf(latest as SkeinMessage);
  return { last_activity_at: new Date(), ...(preview ? { preview } : {}) };
}
