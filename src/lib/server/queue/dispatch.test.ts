import { beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { openTestDb } from "../../../../tests/support/test-db.ts";
import { createLiveFeed, type LiveFeed } from "../live.ts";
import { arrange } from "./arrange.ts";
import { startDispatcher, sweep } from "./dispatch.ts";
import { edit } from "./edit.ts";
import { enqueue } from "./enqueue.ts";
import { read } from "./read.ts";
import { MOST_ATTEMPTS, SENDING_MS, SENT_MS } from "./rules.ts";
import { ask, chatRow, RecordedInput, rowsOf, sent, setStatus, settledChat, words } from "./testing/queue-chat.ts";

const ownerId = "ada";
const { database, db } = await openTestDb(ownerId);
let input: RecordedInput;

beforeEach(async () => {
  await db.deleteFrom("queued_message").execute();
  input = new RecordedInput(db);
});

/** A chat whose turn runs, with these waiting. */
async function running(...queued: string[]) {
  const chatId = await settledChat(db, ownerId);
  await setStatus(db, chatId, "running");
  const which = { ownerId, chatId };
  for (const id of queued) await ask(input, which, id);
  return which;
}

/** As the storage does it when the turn of this message begins. */
async function stored(chatId: string, id: string) {
  await db.deleteFrom("queued_message").where("chat_id", "=", chatId).where("id", "=", id).execute();
  await setStatus(db, chatId, "running", id);
}

const age = (chatId: string, ms: number) =>
  db
    .updateTable("queued_message")
    .set({ sent_at: new Date(Date.now() - ms) })
    .where("chat_id", "=", chatId)
    .where("state", "<>", "waiting")
    .execute();

const states = async (chatId: string) => (await rowsOf(db, chatId)).map(({ id, state }) => `${id} ${state}`);
const sweeps = () => sweep(input.services);

describe("what waits", () => {
  it("goes out one at a time, in order, each when the turn before it is over", async () => {
    const { chatId } = await running("q1", "q2");
    await sweeps();
    expect(input.of(chatId)).toEqual([]);
    await setStatus(db, chatId, "idle");
    await sweeps();
    await sweeps();
    expect(input.of(chatId)).toEqual(["q1"]);
    expect(await states(chatId)).toEqual(["q1 sent", "q2 waiting"]);
    await stored(chatId, "q1");
    await sweeps();
    await setStatus(db, chatId, "idle");
    await sweeps();
    expect(input.of(chatId)).toEqual(["q1", "q2"]);
  });

  it("says what its person saw last, and which model is to answer", async () => {
    const which = await running();
    const of = (id: string, model?: string) => ({ message: { id, parts: words(id) }, kind: "queue" as const, model });
    await enqueue(db, which, of("q1"));
    await enqueue(db, which, of("q2", "openai:gpt"));
    for (const id of ["q1", "q2"]) {
      await setStatus(db, which.chatId, "idle");
      await sweeps();
      await stored(which.chatId, id);
    }
    const record = (id: string, model: string) => ({
      ...{ chatId: which.chatId, kind: "message", model },
      message: { id, role: "user", metadata: { after: "a1" }, parts: words(id) },
    });
    expect(input.records).toEqual([record("q1", "demo:skein"), record("q2", "openai:gpt")]);
  });

  it("goes out at once when nothing runs", async () => {
    const chatId = await settledChat(db, ownerId);
    expect(await ask(input, { ownerId, chatId }, "q1")).toMatchObject({ queue: { items: [{ state: "sent" }] } });
    expect(input.of(chatId)).toEqual(["q1"]);
  });

  it.each([
    ["a turn that failed", { status: "failed" }],
    ["an answer that needs its person", { status: "needs_you" }],
    ["a pause", { status: "idle", queue_paused_at: new Date() }],
    ["a first turn that nobody has begun", { status: "idle", first_turn: "pending" }],
    ["a deleted chat", { status: "idle", deleted_at: new Date() }],
  ] as const)("stays for %s", async (_, chat) => {
    const { chatId } = await running("q1");
    await db
      .updateTable("chat")
      .set({ ...chat, answering_id: null })
      .where("id", "=", chatId)
      .execute();
    await sweeps();
    expect(input.of(chatId)).toEqual([]);
    expect(await states(chatId)).toEqual(["q1 waiting"]);
  });

  it("is sent by one of several servers", async () => {
    const { chatId } = await running("q1", "q2");
    await setStatus(db, chatId, "idle");
    await Promise.all(Array.from({ length: 6 }, sweeps));
    expect(input.of(chatId)).toEqual(["q1"]);
    expect(await states(chatId)).toEqual(["q1 sent", "q2 waiting"]);
  });

  it("makes the session of a fork", async () => {
    const chatId = await settledChat(db, ownerId);
    await db.deleteFrom("chat_session").where("chat_id", "=", chatId).execute();
    await ask(input, { ownerId, chatId }, "q1");
    expect(input.of(chatId)).toEqual(["ensure", "q1"]);
  });
});

describe("a message that steers", () => {
  it("goes into the turn that runs, at once, past those that wait", async () => {
    const which = await running("q1");
    await ask(input, which, "s1", "steer");
    await ask(input, which, "s2", "steer");
    expect(input.of(which.chatId)).toEqual(["s1", "s2"]);
    expect(input.records[0]?.message?.metadata).toEqual({ after: "u1", steers: "u1" });
    expect((await read(db, which))?.items.map(({ id, kind, state }) => [id, kind, state])).toEqual([
      ["s1", "steer", "sent"],
      ["s2", "steer", "sent"],
      ["q1", "queue", "waiting"],
    ]);
  });

  it("is the next turn when the one it was for had no more steps: nothing overtakes it", async () => {
    const which = await running("q1");
    await ask(input, which, "s1", "steer");
    await setStatus(db, which.chatId, "idle");
    await sweeps();
    expect(input.of(which.chatId)).toEqual(["s1"]);
    await stored(which.chatId, "s1");
    await setStatus(db, which.chatId, "idle");
    await sweeps();
    expect(input.of(which.chatId)).toEqual(["s1", "q1"]);
  });

  it("can have waited before", async () => {
    const which = await running("q1", "q2");
    await sent(input, await edit(db, which, "q2", { kind: "steer" }));
    expect(input.of(which.chatId)).toEqual(["q2"]);
    expect(await states(which.chatId)).toEqual(["q1 waiting", "q2 sent"]);
  });

  it("is like any other when nothing runs", async () => {
    const which = await running("q1");
    await setStatus(db, which.chatId, "failed");
    await ask(input, which, "s1", "steer");
    await sent(input, await edit(db, which, "q1", { kind: "steer" }));
    expect(input.of(which.chatId)).toEqual([]);
    expect((await read(db, which))?.items.map(({ kind }) => kind)).toEqual(["queue", "queue"]);
  });

  it("waits for the agent to have the first turn, and is a turn of its own if that is over by then", async () => {
    const [first, second] = [await running(), await running()];
    for (const { chatId } of [first, second])
      await db.updateTable("chat").set({ first_turn: "claimed" }).where("id", "=", chatId).execute();
    for (const which of [first, second]) await ask(input, which, "s1", "steer");
    expect(input.records).toEqual([]);
    await setStatus(db, second.chatId, "idle");
    await db.updateTable("chat").set({ first_turn: "done" }).execute();
    await sweeps();
    expect(input.of(first.chatId)).toEqual(["s1"]);
    expect((await rowsOf(db, first.chatId))[0]).toMatchObject({ kind: "steer", steers: "u1" });
    expect((await rowsOf(db, second.chatId))[0]).toMatchObject({ kind: "queue", steers: null, after_id: "a1" });
  });
});

describe("a message that interrupts", () => {
  it("stops the turn, then goes before all that waits, without a pause", async () => {
    const which = await running("q1", "q2");
    expect(await ask(input, which, "i1", "interrupt")).toMatchObject({
      queue: { isPaused: false, items: [{ id: "i1", kind: "queue", state: "sent" }, { id: "q1" }, { id: "q2" }] },
    });
    expect(input.of(which.chatId)).toEqual(["stop", "i1"]);
    expect((await chatRow(db, which.chatId)).stop_requested_at).not.toBeNull();
    await setStatus(db, which.chatId, "idle");
    await sweeps();
    expect(input.of(which.chatId)).toEqual(["stop", "i1"]);
    await stored(which.chatId, "i1");
    await setStatus(db, which.chatId, "idle");
    await sweeps();
    expect(input.of(which.chatId)).toEqual(["stop", "i1", "q1"]);
  });

  it.each(["idle", "failed", "needs_you"] as const)(
    "stops nothing in a chat that is %s, and goes out",
    async (status) => {
      const which = await running("q1");
      await arrange(db, which, { isPaused: true });
      await setStatus(db, which.chatId, status);
      await ask(input, which, "i1", "interrupt");
      expect(input.of(which.chatId)).toEqual(["i1"]);
      expect(await chatRow(db, which.chatId)).toMatchObject({ stop_requested_at: null });
      expect((await chatRow(db, which.chatId)).queue_paused_at).not.toBeNull();
    },
  );

  it("is the next after what is on its way already", async () => {
    const which = await running("q1", "q2");
    await setStatus(db, which.chatId, "idle");
    await sweeps();
    await ask(input, which, "i1", "interrupt");
    expect(await states(which.chatId)).toEqual(["i1 waiting", "q1 sent", "q2 waiting"]);
  });

  it("ends a first turn that the agent does not have yet, and waits for that", async () => {
    const which = await running();
    await db.updateTable("chat").set({ first_turn: "claimed" }).where("id", "=", which.chatId).execute();
    await ask(input, which, "i1", "interrupt");
    expect(input.records).toEqual([]);
    expect((await chatRow(db, which.chatId)).stop_requested_at).not.toBeNull();
  });

  it("tells the turn to stop once more if its sender died, but no other turn", async () => {
    const [same, other] = [await running(), await running()];
    const message = { id: "i1", parts: words("i1") };
    for (const which of [same, other]) await enqueue(db, which, { message, kind: "interrupt" });
    await db
      .updateTable("chat")
      .set({ answering_id: "u9", stop_requested_at: null })
      .where("id", "=", other.chatId)
      .execute();
    for (const { chatId } of [same, other]) await age(chatId, SENDING_MS + 100);
    await sweeps();
    expect(input.of(same.chatId)).toEqual(["stop", "i1"]);
    expect(input.of(other.chatId)).toEqual(["i1"]);
  });
});

describe("a server that dies", () => {
  it("after its claim: the message is sent by the sweep", async () => {
    const chatId = await settledChat(db, ownerId);
    await enqueue(db, { ownerId, chatId }, { message: { id: "q1", parts: words("q1") }, kind: "queue" });
    await sweeps();
    expect(input.of(chatId)).toEqual([]);
    await age(chatId, SENDING_MS + 100);
    await Promise.all([sweeps(), sweeps()]);
    expect(input.of(chatId)).toEqual(["q1"]);
    expect(await states(chatId)).toEqual(["q1 sent"]);
  });

  it("after its append: the same record is sent again, and a late word of the first changes nothing", async () => {
    const chatId = await settledChat(db, ownerId);
    await ask(input, { ownerId, chatId }, "q1");
    await db.updateTable("queued_message").set({ state: "sending" }).where("chat_id", "=", chatId).execute();
    await db.updateTable("chat").set({ head_id: "u1" }).where("id", "=", chatId).execute();
    await age(chatId, SENDING_MS + 100);
    await sweeps();
    expect(input.records).toHaveLength(2);
    expect(input.records[1]).toEqual(input.records[0]);
  });

  it("is no reason to send again while a turn runs", async () => {
    const which = await running();
    await ask(input, which, "s1", "steer");
    await age(which.chatId, 60_000);
    await sweeps();
    expect(input.of(which.chatId)).toEqual(["s1"]);
  });
});

describe("a message that leads to no turn", () => {
  it("is sent again to whoever is there by now, each time later, and at last waits again in a paused queue", async () => {
    const chatId = await settledChat(db, ownerId);
    const which = { ownerId, chatId };
    await setStatus(db, chatId, "running");
    for (const id of ["q2", "q1"]) await ask(input, which, id);
    await arrange(db, which, { order: ["q1", "q2"] });
    await setStatus(db, chatId, "idle");
    input.current = { session: "open", runId: "run_1", isLive: true };
    await sweeps();
    await arrange(db, which, { order: ["q2"] });
    await age(chatId, SENT_MS - 1_000);
    await sweeps();
    expect(input.of(chatId)).toEqual(["q1"]);
    for (let attempt = 1; attempt < MOST_ATTEMPTS; attempt++) {
      await age(chatId, SENT_MS * attempt - 1_000);
      await sweeps();
      await age(chatId, SENT_MS * attempt + 100);
      await sweeps();
    }
    expect(input.of(chatId)).toEqual([
      "q1",
      ...Array(MOST_ATTEMPTS - 1)
        .fill(["skip", "q1"])
        .flat(),
    ]);
    await age(chatId, SENT_MS * MOST_ATTEMPTS + 100);
    await sweeps();
    expect(await rowsOf(db, chatId)).toMatchObject([
      { id: "q1", state: "waiting", attempts: 0, after_id: null },
      { id: "q2", state: "waiting" },
    ]);
    expect(await read(db, which)).toMatchObject({ isPaused: true });
    await sent(input, await arrange(db, which, { isPaused: false }));
    expect(input.of(chatId).at(-1)).toBe("q1");
    expect(await states(chatId)).toEqual(["q1 sent", "q2 waiting"]);
  });

  it("goes out when an engine that was away is back", async () => {
    const chatId = await settledChat(db, ownerId);
    input.fails = true;
    await ask(input, { ownerId, chatId }, "q1");
    expect(await states(chatId)).toEqual(["q1 sending"]);
    input.fails = false;
    await age(chatId, SENDING_MS + 100);
    await sweeps();
    expect(input.of(chatId)).toEqual(["q1"]);
  });

  it("has all the time that a turn before it takes, and the moment after it", async () => {
    const which = await running();
    await ask(input, which, "s1", "steer");
    await age(which.chatId, 60_000);
    await setStatus(db, which.chatId, "idle");
    await db.updateTable("chat").set({ last_activity_at: new Date() }).where("id", "=", which.chatId).execute();
    await sweeps();
    expect(input.of(which.chatId)).toEqual(["s1"]);
  });
});

describe("the dispatcher of a server", () => {
  /** Without its clock: what it does, it does because it was told. */
  function started(live: Parameters<typeof startDispatcher>[1]) {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    onTestFinished(() => void vi.useRealTimers());
    onTestFinished(startDispatcher(input.services, live));
  }

  it("sends what its chat's last turn held up, as soon as the live feed tells that it is over", async () => {
    const live = createLiveFeed(database.url);
    onTestFinished(() => live.close());
    const heard: string[] = [];
    live.subscribeAll((event) => heard.push("chatId" in event ? event.chatId : event.type));
    started(live);
    // The feed may not be listening yet, and nobody repeats what it misses.
    const known = await running();
    await expect
      .poll(async () => {
        await db.updateTable("chat").set({ title: "Again" }).where("id", "=", known.chatId).execute();
        return heard;
      })
      .toContain(known.chatId);
    const { chatId } = await running("q1", "q2");
    await setStatus(db, chatId, "idle");
    await expect.poll(() => input.of(chatId)).toEqual(["q1"]);
  });

  it("sends what was held up before it began, and what its feed has missed", async () => {
    const [before, missed] = [await running("q1"), await running("q1")];
    await setStatus(db, before.chatId, "idle");
    let tell: Parameters<LiveFeed["subscribeAll"]>[0] = () => {};
    started({ subscribeAll: (listener) => ((tell = listener), () => {}) });
    await expect.poll(() => input.of(before.chatId)).toEqual(["q1"]);
    await setStatus(db, missed.chatId, "idle");
    tell({ type: "resync" });
    await expect.poll(() => input.of(missed.chatId)).toEqual(["q1"]);
  });

  it("looks every second", async () => {
    const { chatId } = await running("q1");
    started({ subscribeAll: () => () => {} });
    await setStatus(db, chatId, "idle");
    await vi.advanceTimersByTimeAsync(1_000);
    await expect.poll(() => input.of(chatId)).toEqual(["q1"]);
  });
});
