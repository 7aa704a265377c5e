import type { TranscriptStorageContext } from "@trigger.dev/sdk/ai";
import type { UIMessage } from "ai";
import { pino } from "pino";
import { beforeEach, describe, expect, it } from "vitest";
import { tablesWith } from "../../../tests/support/every-table.ts";
import { openTestDb } from "../../../tests/support/test-db.ts";
import { APP_TAG, ownerTag, type SessionTraits } from "../tools/foreign-session.ts";
import { NotAdoptable, type FindSession } from "./adoption.ts";
import { apply } from "./chat-edits.ts";
import * as chats from "./chats.ts";
import { createFileStores } from "./files/storage.ts";
import { purge } from "./purge.ts";
import type { Realtime } from "./realtime.ts";
import { createTranscriptStorage } from "./transcript/storage.ts";
import * as turns from "./turns.ts";

const ownerId = "ada";
const { database, db } = await openTestDb(ownerId, "bob");
let chatId: string;

beforeEach(() => void (chatId = crypto.randomUUID()));

const session = (more: Partial<SessionTraits> = {}): SessionTraits => ({
  ...{ externalId: chatId, type: "chat.agent", taskIdentifier: "chat", tags: [ownerTag(ownerId)], metadata: null },
  ...{ closedAt: null, expiresAt: null, createdAt: new Date() },
  ...more,
});
const finds =
  (found: SessionTraits | undefined): FindSession =>
  () =>
    Promise.resolve(found);

const question: UIMessage = { id: "u1", role: "user", parts: [{ type: "text", text: "from elsewhere" }] };

/** The first save of a turn, by a run with these tags. */
function save(findSession: FindSession, tags = [ownerTag(ownerId)]): Promise<unknown> {
  const context = { chatId, runId: "run_1", trigger: "submit-message", ctx: { run: { tags } } };
  const entries = [{ id: question.id, message: question, final: true }];
  const changes = [{ op: "put", message: question, final: true }];
  const given = { reason: "turn-start", changes, transcript: { entries } };
  const storage = createTranscriptStorage(db, { findSession });
  return Promise.resolve(storage.save(context as unknown as TranscriptStorageContext, given as never));
}
const row = () => db.selectFrom("chat").selectAll().where("id", "=", chatId).executeTakeFirst();

describe("a run's first save for a chat without a row", () => {
  it("makes the chat of a session that another surface created", async () => {
    await save(finds(session()));
    expect(await row()).toMatchObject({ owner_id: ownerId, title: "from elsewhere", head_id: "u1" });
  });

  it("takes the owner from the session when the run has no tag", async () => {
    await save(finds(session({ tags: [ownerTag("bob")] })), []);
    expect(await row()).toMatchObject({ owner_id: "bob" });
    chatId = crypto.randomUUID();
    await expect(save(finds(session({ tags: [] })), [])).rejects.toThrow("tells the owner");
    expect(await row()).toBeUndefined();
  });

  it.each<[string, () => SessionTraits | undefined]>([
    ["is closed", () => session({ closedAt: new Date() })],
    ["has expired", () => session({ expiresAt: new Date(0) })],
    ["is gone", () => undefined],
    ["the app created", () => session({ tags: [ownerTag(ownerId), APP_TAG] })],
    ["is another agent's", () => session({ taskIdentifier: "research" })],
    ["is no chat's", () => session({ type: "other" })],
  ])("is refused when its session %s, and leaves nothing", async (_what, found) => {
    await expect(save(finds(found()))).rejects.toThrow(NotAdoptable);
    await expect(turns.adopt(db, { chatId, tags: [ownerTag(ownerId)] }, finds(found()))).rejects.toThrow(NotAdoptable);
    expect(await tablesWith(database.query, [chatId])).toEqual({});
  });

  it("waits when the session cannot be asked for: it fails", async () => {
    await expect(save(() => Promise.reject(new Error("away")))).rejects.toThrow("away");
    expect(await row()).toBeUndefined();
  });

  it("asks only then, and once the row is there for everybody who makes another", async () => {
    let asked = 0;
    const seen: unknown[] = [];
    await save(async () => {
      asked += 1;
      seen.push(await row());
      return session();
    });
    expect([asked, seen]).toEqual([1, [undefined]]);
    await save(() => Promise.reject(new Error("must not ask")));
  });
});

describe("a chat that was deleted", () => {
  const isOver = { endSession: () => Promise.resolve(true) } as unknown as Realtime;
  const services = () => ({
    ...{ db, realtime: isOver, log: pino({ level: "silent" }) },
    files: createFileStores(db, { s3: undefined }),
  });
  const closed = () => finds(session({ closedAt: new Date() }));

  beforeEach(async () => {
    ({ chatId } = await chats.create(db, { ownerId, text: "a secret" }));
    await db.updateTable("chat").set({ first_turn: "done", run_id: "run_1" }).where("id", "=", chatId).execute();
    await apply(db, { ownerId, chatId }, { type: "delete", isDeleted: true });
  });

  it("takes what its run saves until it is gone, and nothing afterwards", async () => {
    await save(() => Promise.reject(new Error("must not ask")));
    expect(await row()).toMatchObject({ head_id: "u1", deleted_at: expect.any(Date) });
    await purge(services(), { undoMs: 0 });
    await expect(save(closed())).rejects.toThrow(NotAdoptable);
    await expect(turns.adopt(db, { chatId, tags: [ownerTag(ownerId)] }, closed())).rejects.toThrow(NotAdoptable);
    await turns.started(db, { chatId, runId: "run_1", token: "t", work: null });
    expect(await tablesWith(database.query, [chatId, "a secret"])).toEqual({});
  });

  it("does not come back by a save that was waiting for it to be gone", async () => {
    await db.updateTable("chat").set({ purging_at: new Date() }).where("id", "=", chatId).execute();
    const { saving, purging } = await db.transaction().execute(async (trx) => {
      // The first who waits for the row is who deletes it.
      await trx.selectFrom("chat").select("id").where("id", "=", chatId).forUpdate().execute();
      const purging = purge(services(), { undoMs: 0 });
      await waiting(1);
      const saving = save(closed());
      saving.catch(() => {});
      await waiting(2);
      return { saving, purging };
    });
    await purging;
    await expect(saving).rejects.toThrow(NotAdoptable);
    expect(await tablesWith(database.query, [chatId, "a secret"])).toEqual({});
  });

  const waiting = (count: number) =>
    expect
      .poll(async () => {
        const rows = await database.query(
          "select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
        );
        return rows.length;
      })
      .toBeGreaterThanOrEqual(count);
});
