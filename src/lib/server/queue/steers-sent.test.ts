import { expect, it } from "vitest";
import { openTestDb } from "../../../../tests/support/test-db.ts";
import { sweep } from "./dispatch.ts";
import { steersSent } from "./steers-sent.ts";
import { ask, RecordedInput, rowsOf, setStatus, settledChat } from "./testing/queue-chat.ts";

const ownerId = "ada";
const { db } = await openTestDb(ownerId);

async function running() {
  const chatId = await settledChat(db, ownerId);
  await setStatus(db, chatId, "running");
  return { which: { ownerId, chatId }, input: new RecordedInput(db) };
}

const states = async (chatId: string) => (await rowsOf(db, chatId)).map(({ id, state }) => `${id} ${state}`);

it("waits until what steers is on its way, whatever else waits", async () => {
  const { which, input } = await running();
  await db.updateTable("chat").set({ first_turn: "claimed" }).where("id", "=", which.chatId).execute();
  await ask(input, which, "q1");
  await ask(input, which, "s1", "steer");
  const seen = steersSent(db, which.chatId, { withinMs: 60_000 }).then(() => states(which.chatId));
  await sweep(input.services);
  expect(await states(which.chatId)).toEqual(["q1 waiting", "s1 waiting"]);
  await db.updateTable("chat").set({ first_turn: "done" }).where("id", "=", which.chatId).execute();
  await sweep(input.services);
  expect(await seen).toEqual(["q1 waiting", "s1 sent"]);
});

it("waits for nothing when nothing steers, and not for ever", async () => {
  const { which, input } = await running();
  input.fails = true;
  await ask(input, which, "q1");
  await steersSent(db, which.chatId, { withinMs: 60_000 });
  await ask(input, which, "s1", "steer");
  await steersSent(db, which.chatId, { withinMs: 50 });
  expect(await states(which.chatId)).toEqual(["q1 waiting", "s1 sending"]);
});
