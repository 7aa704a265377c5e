import { pino } from "pino";
import { describe, expect, it } from "vitest";
import { openTestDb } from "../../../tests/support/test-db.ts";
import type { ChatAction } from "../tools/actions.ts";
import * as chats from "./chats.ts";
import * as conversation from "./conversation.ts";
import type { CurrentRun } from "./realtime.ts";
import type { Watch } from "./recovery-plan.ts";
import { sweep } from "./recovery.ts";
import type { Services } from "./services.ts";

const ownerId = "ada";
const { db } = await openTestDb(ownerId);

/** A platform that writes down what it was asked to do. */
function platform(current: CurrentRun | Error) {
  const calls: string[] = [];
  const realtime = {
    currentRun: () => (current instanceof Error ? Promise.reject(current) : Promise.resolve(current)),
    ensureRun: ({ chatId }: { chatId: string }) => Promise.resolve(calls.push(`ensure ${chatId}`)),
    sendHandoverSkip: (chatId: string) => Promise.resolve(calls.push(`skip ${chatId}`)),
    waitForRunEnd: () => Promise.resolve(true),
    sendMessage: ({ chatId }: { chatId: string }, { id }: { id: string }) =>
      Promise.resolve(calls.push(`send ${chatId} ${id}`)),
    sendAction: ({ chatId }: { chatId: string }, action: ChatAction) =>
      Promise.resolve(calls.push(`${action.type} ${chatId} ${action.messageId}`)),
  };
  const services = { db, realtime, log: pino({ level: "silent" }) } as unknown as Services;
  return { calls, services };
}

/** A chat whose first turn nobody carries on. */
async function abandoned(): Promise<{ chatId: string; messageId: string }> {
  const made = await chats.create(db, { ownerId, text: "hello" });
  await db
    .updateTable("chat")
    .set({ first_turn: "claimed", first_turn_lease_until: new Date(Date.now() - 1000) })
    .where("id", "=", made.chatId)
    .execute();
  return made;
}

const row = (chatId: string) => db.selectFrom("chat").selectAll().where("id", "=", chatId).executeTakeFirstOrThrow();
const settle = (chatId: string) => db.updateTable("chat").set({ status: "idle" }).where("id", "=", chatId).execute();

it("tells the run of a dead head start to go, then sends its question, once for two servers", async () => {
  const { chatId, messageId } = await abandoned();
  const { calls, services } = platform({ session: "open", runId: "run_1", isLive: true });
  await Promise.all([sweep(services, new Map(), 0), sweep(services, new Map(), 0)]);
  expect(calls).toEqual([`skip ${chatId}`, `send ${chatId} ${messageId}`]);
  expect((await row(chatId)).first_turn).toBe("done");
  await settle(chatId);
});

it("starts a session for a question that never reached the platform", async () => {
  const { chatId, messageId } = await abandoned();
  const { calls, services } = platform({ session: "none" });
  await sweep(services, new Map(), 0);
  expect(calls).toEqual([`ensure ${chatId}`, `send ${chatId} ${messageId}`]);
  await settle(chatId);
});

it("sends nothing for a question that has its answer", async () => {
  const { chatId, messageId } = await abandoned();
  await db
    .insertInto("message")
    .values({ chat_id: chatId, id: "a1", parent_id: messageId, role: "assistant", parts: "[]" })
    .execute();
  const { calls, services } = platform({ session: "open", runId: "run_1", isLive: true });
  await sweep(services, new Map(), 0);
  expect(calls).toEqual([]);
  await settle(chatId);
});

it("gives a first turn back while the platform is down", async () => {
  const { chatId } = await abandoned();
  await sweep(platform(new Error("down")).services, new Map(), 0);
  expect(await row(chatId)).toMatchObject({ first_turn: "pending", status: "running" });
  await db.updateTable("chat").set({ first_turn: "done", status: "idle" }).where("id", "=", chatId).execute();
});

it("ensures a run for a turn whose own has died, and gives up in a sentence when that never helps", async () => {
  const { chatId, messageId } = await chats.create(db, { ownerId, text: "hello" });
  await db.updateTable("chat").set({ first_turn: "done", run_id: "run_dead" }).where("id", "=", chatId).execute();
  const { calls, services } = platform({ session: "open", runId: "run_dead", isLive: false });
  const watches = new Map<string, Watch>();
  for (let now = 0; now < 60_000; now += 2_000) await sweep(services, watches, now);
  expect(calls).toEqual(Array(5).fill(`ensure ${chatId}`));
  const opened = await conversation.open(db, { ownerId, chatId });
  expect(opened).toMatchObject({
    chat: { status: "failed", statusDetail: expect.stringContaining("Try again") },
    messages: [{ id: messageId }],
  });
});

describe("a turn of a branch whose run began nothing", () => {
  const attempt = crypto.randomUUID();
  const run = { session: "open", runId: "run_new", isLive: true } as const;
  /** `u1` is answered by `a1`; `u2`, below it, is newer and on another branch than what is being answered. */
  async function running(answering: { answering_id: string | null; answering_attempt?: string }) {
    const { chatId, messageId } = await chats.create(db, { ownerId, text: "hello" });
    const at = { chat_id: chatId, parts: "[]" };
    await db
      .insertInto("message")
      .values([
        { ...at, id: "a1", parent_id: messageId, role: "assistant", final: false, stopped: true },
        { ...at, id: "u2", parent_id: "a1", role: "user", final: true, stopped: false },
      ])
      .execute();
    const answering_id = answering.answering_id === "u1" ? messageId : answering.answering_id;
    await db
      .updateTable("chat")
      .set({ first_turn: "done", run_id: "run_dead", head_id: "u2", ...answering, answering_id })
      .where("id", "=", chatId)
      .execute();
    const { calls, services } = platform(run);
    const watches = new Map<string, Watch>();
    for (let now = 0; now < 30_000; now += 2_000) await sweep(services, watches, now);
    const status = (await row(chatId)).status;
    await settle(chatId);
    return { calls: calls.map((call) => call.replace(` ${chatId}`, "").replace(messageId, "u1")), status };
  }

  it("has its question sent", async () => {
    expect(await running({ answering_id: "u2" })).toEqual({ calls: ["skip", "send u2"], status: "running" });
    expect(await running({ answering_id: null })).toEqual({ calls: ["skip", "send u2"], status: "running" });
  });

  it("has its action sent again, with the same attempt", async () => {
    expect((await running({ answering_id: "u1", answering_attempt: attempt })).calls).toEqual([
      "skip",
      "regenerate u1",
    ]);
    expect((await running({ answering_id: "a1", answering_attempt: attempt })).calls).toEqual(["skip", "continue a1"]);
  });

  it("does not stay running when the answer is there", async () => {
    expect(await running({ answering_id: "u1" })).toEqual({ calls: [], status: "idle" });
  });
});
