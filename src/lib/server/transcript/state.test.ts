import type { TranscriptChangeset, TranscriptStorage, TranscriptStorageContext } from "@trigger.dev/sdk/ai";
import type { UIMessage } from "ai";
import { beforeAll, expect, it } from "vitest";
import { openTestDb } from "../../../../tests/support/test-db.ts";
import { createTranscriptStorage } from "./storage.ts";

const { db } = await openTestDb("one");
let storage: TranscriptStorage<unknown>;

beforeAll(async () => {
  storage = createTranscriptStorage(db, { owner: () => "one" });
});

const said = (id: string): UIMessage => ({
  id,
  role: id.startsWith("u") ? "user" : "assistant",
  parts: [{ type: "text", text: id }],
});

/** Saves a turn that ends with this path, and what the runtime knows beside it, unless that is nothing new. */
async function save(chatId: string, ids: string, state?: unknown) {
  const messages = ids === "" ? [] : ids.split(" ").map(said);
  const context = { chatId, clientData: {}, turn: 0, trigger: "submit-message", runId: "run_1" } as const;
  const changeset: TranscriptChangeset = {
    reason: "action",
    changes: [
      ...messages.map((message) => ({ op: "put", message }) as const),
      ...(state === undefined ? [] : [{ op: "state", value: state } as const]),
    ],
    transcript: {
      entries: messages.map((message) => ({ id: message.id, final: true, message })),
      state: state ?? null,
    },
  };
  await storage.save({ ...context, ctx: {} as TranscriptStorageContext["ctx"] }, changeset);
}

/** What a run that boots at this head is given. */
async function stateAt(chatId: string, head: string | null) {
  await db.updateTable("chat").set({ head_id: head }).where("id", "=", chatId).execute();
  return (await storage.load({ chatId, clientData: {} })).state;
}

const written = async (chatId: string) => {
  const rows = await db
    .selectFrom("message")
    .select("id")
    .where("chat_id", "=", chatId)
    .where("state", "is not", null)
    .orderBy("seq")
    .execute();
  return rows.map((row) => row.id);
};

it("belongs to the branch it was saved with", async () => {
  const chatId = crypto.randomUUID();
  await save(chatId, "u1 a1 u2 a2", { v: 1, of: "a2" });
  await save(chatId, "u1 a1 u3 a3", { v: 1, of: "a3" });
  await save(chatId, "u4 a4");
  expect(await stateAt(chatId, "a2")).toEqual({ v: 1, of: "a2" });
  expect(await stateAt(chatId, "a3")).toEqual({ v: 1, of: "a3" });
  expect(await stateAt(chatId, "a1")).toBeNull();
  expect(await stateAt(chatId, "a4")).toBeNull();
});

it("goes on where a branch goes on, until it changes or ends", async () => {
  const chatId = crypto.randomUUID();
  await save(chatId, "u1 a1", { v: 1, of: "a1" });
  await save(chatId, "u1 a1 u2 a2");
  await save(chatId, "u1 a1 u2 a2 u3 a3", null);
  expect(await stateAt(chatId, "a2")).toEqual({ v: 1, of: "a1" });
  expect(await stateAt(chatId, "a3")).toBeNull();
  expect(await stateAt(chatId, "a1")).toEqual({ v: 1, of: "a1" });
});

it("is written where it changes only, and saving twice changes nothing", async () => {
  const chatId = crypto.randomUUID();
  const record = { v: 1, steering: [{ messageIds: ["u1"], id: "s" }] };
  for (const ids of ["u1 a1", "u1 a1", "u1 a1 u2 a2", "u1 a1 u2 a2"]) await save(chatId, ids, record);
  expect(await written(chatId)).toEqual(["a1"]);
  await save(chatId, "u1 a1 u2 a2", null);
  await save(chatId, "u1 a1 u2 a2", null);
  expect(await written(chatId)).toEqual(["a1", "a2"]);
  expect(await stateAt(chatId, "a2")).toBeNull();
});

it("of a path without messages is kept as well", async () => {
  const chatId = crypto.randomUUID();
  await save(chatId, "u1");
  await save(chatId, "", { v: 1, of: "nothing" });
  expect(await stateAt(chatId, null)).toEqual({ v: 1, of: "nothing" });
  await save(chatId, "u2 a2", null);
  expect(await stateAt(chatId, "a2")).toBeNull();
});
