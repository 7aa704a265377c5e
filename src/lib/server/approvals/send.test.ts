import { sql } from "kysely";
import { pino } from "pino";
import { describe, expect, it } from "vitest";
import { openTestDb } from "../../../../tests/support/test-db.ts";
import { jsonb } from "../jsonb.ts";
import { settledChat } from "../queue/testing/queue-chat.ts";
import type { ChatAddress, Realtime } from "../realtime.ts";
import * as turns from "../turns.ts";
import { unanswered } from "../unanswered.ts";
import { giveWhenAsked } from "./give-when-asked.ts";
import { give } from "./give.ts";
import { send, sweep } from "./send.ts";

const ownerId = "ada";
const { database, db } = await openTestDb("ada");

/** What reached the session of a chat; `isAway`: nothing does. */
function session() {
  const actions: { chatId: string; model: string | null; action: unknown }[] = [];
  const state = { isAway: false };
  const realtime = {
    currentRun: () => Promise.resolve({ session: "open", runId: "run_1", isLive: false }),
    sendAction: ({ chatId, model }: ChatAddress, action: unknown) =>
      state.isAway ? Promise.reject(new Error("away")) : Promise.resolve(void actions.push({ chatId, model, action })),
  } as unknown as Realtime;
  return { actions, state, services: { db, realtime, log: pino({ level: "silent" }) } };
}

const call = (toolCallId: string) => ({
  type: "tool-tidyInbox",
  toolCallId,
  state: "approval-requested",
  input: { changes: [] },
  approval: { id: `p-${toolCallId}` },
});

/** A chat whose answer asks for these. */
async function asking(...toolCallIds: string[]) {
  const chatId = await settledChat(db, ownerId);
  await db
    .updateTable("message")
    .set({ parts: jsonb(toolCallIds.map(call)), metadata: jsonb({ replyTo: "u1", model: "demo:other" }) })
    .where("chat_id", "=", chatId)
    .where("id", "=", "a1")
    .execute();
  await db.updateTable("chat").set({ status: "needs_you" }).where("id", "=", chatId).execute();
  return { ownerId, chatId };
}

const approve = (which: { ownerId: string; chatId: string }, toolCallId: string) =>
  give(db, which, { toolCallId, decision: "approve" });

const chatRow = (chatId: string) =>
  db.selectFrom("chat").selectAll().where("id", "=", chatId).executeTakeFirstOrThrow();

const later = (chatId: string) =>
  db
    .updateTable("tool_continuation")
    .set({ sent_at: sql<Date>`now() - interval '10 minutes'` })
    .where("chat_id", "=", chatId)
    .execute();

const outOf = (given: Awaited<ReturnType<typeof approve>>) => {
  if (!given || !("out" in given) || !given.out) throw new Error("Nothing goes on.");
  return given.out;
};

it("two answers at once: who has the chat first wins, and the other one is told", async () => {
  const which = await asking("c1");
  let open = () => {};
  const gate = new Promise<void>((resolve) => (open = resolve));
  let isHeld = () => {};
  const held = new Promise<void>((resolve) => (isHeld = resolve));
  const holder = db.transaction().execute(async (trx) => {
    await trx.selectFrom("chat").select("id").where("id", "=", which.chatId).forNoKeyUpdate().execute();
    isHeld();
    await gate;
  });
  await held;
  const both = Promise.all([approve(which, "c1"), give(db, which, { toolCallId: "c1", decision: "deny" })]);
  await expect
    .poll(() =>
      database.query("select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"),
    )
    .toHaveLength(2);
  open();
  await holder;
  const said = await both;
  const won = said.flatMap((given) => (given && "out" in given ? [given.outcome] : []));
  expect(won).toHaveLength(1);
  expect(said).toContainEqual({ refused: "answered", outcome: won[0] });
  const kept = await db.selectFrom("tool_answer").select("approved").where("chat_id", "=", which.chatId).execute();
  expect(kept).toEqual([{ approved: (won[0] as { approved: boolean }).approved }]);
});

describe("an answer that goes on", () => {
  it("waits until all is answered that it asked, and then runs", async () => {
    const which = await asking("c1", "c2");
    expect(await approve(which, "c1")).toEqual({ outcome: { approved: true }, out: null });
    expect(await chatRow(which.chatId)).toMatchObject({
      status: "needs_you",
      status_detail: "Approve: Tidy inbox",
      needs: { toolCallId: "c2", kind: "approval", title: "Tidy inbox" },
    });
    const { action } = outOf(await approve(which, "c2"));
    expect(await chatRow(which.chatId)).toMatchObject({
      ...{ status: "running", status_detail: null, needs: null },
      ...{ answering_id: "a1", answering_attempt: action.attempt },
    });
  });

  it("is answered for all of its kind by always", async () => {
    const which = await asking("c1", "c2");
    expect(outOf(await give(db, which, { toolCallId: "c1", decision: "always" })).action.messageId).toBe("a1");
  });

  it("is sent by the model that asked, and once", async () => {
    const { actions, services } = session();
    const which = await asking("c1");
    const out = outOf(await approve(which, "c1"));
    await send(services, out);
    await sweep(services);
    expect(actions).toEqual([{ chatId: which.chatId, model: "demo:other", action: out.action }]);
  });

  it("is sent again, the same, when whoever took it died or reached nobody", async () => {
    const { actions, services, state } = session();
    const which = await asking("c1");
    const { action } = outOf(await approve(which, "c1"));
    await sweep(services);
    expect(actions).toEqual([]);
    await later(which.chatId);
    state.isAway = true;
    await sweep(services);
    state.isAway = false;
    await later(which.chatId);
    await sweep(services);
    expect(actions).toEqual([{ chatId: which.chatId, model: "demo:other", action }]);
  });

  it("is sent by one server when two look at the same time", async () => {
    const { actions, services } = session();
    const which = await asking("c1");
    await approve(which, "c1");
    await later(which.chatId);
    await Promise.all([sweep(services), sweep(services)]);
    expect(actions).toHaveLength(1);
  });

  it("is done with once its turn has begun, and is what the recovery asks for when that turn dies", async () => {
    const { actions, services } = session();
    const which = await asking("c1");
    const { action } = outOf(await approve(which, "c1"));
    const work = { messageId: action.messageId, attempt: action.attempt };
    await turns.started(db, { chatId: which.chatId, runId: "run_2", token: "", work });
    await sweep(services);
    expect(actions).toEqual([]);
    expect(
      await db.selectFrom("tool_continuation").select("chat_id").where("chat_id", "=", which.chatId).execute(),
    ).toEqual([]);
    expect(await unanswered(db, await chatRow(which.chatId))).toEqual({ action });
  });

  it("is given up after some attempts, and the person is told", async () => {
    const { actions, services } = session();
    const which = await asking("c1");
    await approve(which, "c1");
    for (let round = 0; round < 8; round++) {
      await later(which.chatId);
      await sweep(services);
    }
    expect(actions).toHaveLength(4);
    expect(await chatRow(which.chatId)).toMatchObject({
      status: "failed",
      status_detail: expect.stringContaining("Your answer is kept"),
      answering_id: null,
    });
  });

  it("does not begin while the chat is at another answer", async () => {
    const which = await asking("c1");
    await db.updateTable("chat").set({ status: "running" }).where("id", "=", which.chatId).execute();
    expect(await approve(which, "c1")).toEqual({ refused: "busy" });
    const wanted = { toolCallId: "c1", decision: "approve" } as const;
    expect(await giveWhenAsked(db, which, wanted, 1)).toEqual({ refused: "busy" });
  });

  it("waits for the end of the turn that a page has seen asking", async () => {
    const which = await asking("c1");
    const { parts } = await db
      .selectFrom("message")
      .select("parts")
      .where("chat_id", "=", which.chatId)
      .where("id", "=", "a1")
      .executeTakeFirstOrThrow();
    const becomes = (status: "running" | "needs_you", now: typeof parts) =>
      db.transaction().execute(async (trx) => {
        await trx.updateTable("chat").set({ status }).where("id", "=", which.chatId).execute();
        const message = trx
          .updateTable("message")
          .set({ parts: jsonb(now) })
          .where("chat_id", "=", which.chatId);
        await message.where("id", "=", "a1").execute();
      });
    await becomes("running", []);
    const given = giveWhenAsked(db, which, { toolCallId: "c1", decision: "approve" });
    expect(await Promise.race([given, approve(which, "c1")])).toEqual({ refused: "busy" });
    await becomes("needs_you", parts);
    expect(outOf(await given).action.messageId).toBe("a1");
  });
});
