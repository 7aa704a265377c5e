import { expect, it } from "vitest";
import { openTestDb } from "../../../tests/support/test-db.ts";
import { filePart } from "../tools/file.ts";
import type { SkeinMessage } from "../tools/message.ts";
import * as chatEdits from "./chat-edits.ts";
import * as chats from "./chats.ts";
import * as forks from "./forks.ts";
import { jsonb } from "./jsonb.ts";
import { Titles, type TitlesOptions } from "./titles.ts";
import * as turns from "./turns.ts";

const ownerId = "owner";
const { database, db } = await openTestDb(ownerId);

const asking = (id: string, text: string): SkeinMessage => ({
  ...{ id, role: "user" },
  parts: [{ type: "text", text }],
});

/** A chat at its first turn. */
async function newChat(text = "Please tell me about Lisbon") {
  const { chatId, messageId } = await chats.create(db, { ownerId, text, model: "compatible:numbered" });
  return { chatId, question: asking(messageId, text) };
}

/** What answers `written`, after what happens while the model is asked; how often, about what, and what went wrong. */
function titlesOf(written: string | (() => Promise<string>), options: Partial<TitlesOptions> = {}) {
  const asked: { question: string; model: string | null }[] = [];
  const failures: unknown[] = [];
  const titles = new Titles(db, {
    write: (question, { model }) => {
      asked.push({ question, model });
      return typeof written === "string" ? Promise.resolve(written) : written();
    },
    onfailed: (_chatId, cause) => failures.push(cause),
    ...options,
  });
  return { titles, asked, failures };
}

const rowOf = (chatId: string) =>
  db
    .selectFrom("chat")
    .select(["title", "title_source", "last_activity_at"])
    .where("id", "=", chatId)
    .executeTakeFirstOrThrow();
const titleOf = async (chatId: string) => (await rowOf(chatId)).title;
const rename = (chatId: string, title: string) => chatEdits.apply(db, { ownerId, chatId }, { type: "rename", title });

async function answer(chatId: string, questionId: string, final: boolean) {
  const parts = jsonb([{ type: "text", text: "An answer" }]);
  await db
    .insertInto("message")
    .values({ chat_id: chatId, id: crypto.randomUUID(), parent_id: questionId, role: "assistant", parts, final })
    .execute();
}

it("names a chat after its question, by the chat's model, and leaves it where it is in the inbox", async () => {
  const chat = await newChat();
  const before = await rowOf(chat.chatId);
  const { titles, asked } = titlesOf("Days in Lisbon");
  await titles.begin(chat);
  expect(await rowOf(chat.chatId)).toEqual({ ...before, title: "Days in Lisbon" });
  expect(asked).toEqual([{ question: "Please tell me about Lisbon", model: "compatible:numbered" }]);
});

it("asks the model of the message, if it names one, and by the names of files if there is no text", async () => {
  const { chatId, question } = await newChat();
  const file = filePart({ id: crypto.randomUUID(), name: "budget.txt", mediaType: "text/plain", size: 3 });
  await db.updateTable("chat").set({ title: "budget.txt" }).where("id", "=", chatId).execute();
  const { titles, asked } = titlesOf("Household budget");
  await titles.begin({ chatId, question: { ...question, parts: [file] }, model: "compatible:other" });
  expect(asked).toEqual([{ question: "budget.txt", model: "compatible:other" }]);
  expect(await titleOf(chatId)).toBe("Household budget");
});

it("never replaces a name that a person gave, also while the model is asked, also the same one", async () => {
  const before = await newChat();
  await rename(before.chatId, "Mine");
  const { titles, asked } = titlesOf("The model's");
  await titles.begin(before);
  expect(asked).toEqual([]);
  expect(await titleOf(before.chatId)).toBe("Mine");

  for (const name of ["Mine", "Please tell me about Lisbon"]) {
    const meanwhile = await newChat();
    const racing = titlesOf(async () => {
      await rename(meanwhile.chatId, name);
      return "The model's";
    });
    await racing.titles.begin(meanwhile);
    expect(racing.asked).toHaveLength(1);
    expect(await rowOf(meanwhile.chatId)).toMatchObject({ title: name, title_source: "user" });
    expect(racing.failures).toEqual([]);
  }
});

it("waits for a rename that is being written, and gives way to it", async () => {
  const chat = await newChat();
  let written = () => {};
  const asked = new Promise<void>((resolve) => (written = resolve));
  let naming: Promise<void> | undefined;
  await db.transaction().execute(async (trx) => {
    await chatEdits.apply(trx, { ownerId, chatId: chat.chatId }, { type: "rename", title: "Mine" });
    naming = titlesOf(() => Promise.resolve("The model's").finally(written)).titles.begin(chat);
    await asked;
    const waiting = () =>
      database.query("select from pg_stat_activity where wait_event_type = 'Lock' and query like 'update \"chat\"%'");
    await expect.poll(async () => (await waiting()).length).toBe(1);
  });
  await naming;
  expect(await titleOf(chat.chatId)).toBe("Mine");
});

it("never replaces a name once made, also by a run that asked at the same time", async () => {
  const chat = await newChat();
  const slow = titlesOf(async () => {
    await titlesOf("The first").titles.begin(chat);
    return "The second";
  });
  await slow.titles.begin(chat);
  expect(await titleOf(chat.chatId)).toBe("The first");
  const again = titlesOf("The third");
  await again.titles.begin(chat);
  expect(again.asked).toEqual([]);
});

it("asks once, however often it is told to while it asks", async () => {
  const chat = await newChat();
  const { titles, asked } = titlesOf("Lisbon");
  await Promise.all([titles.begin(chat), titles.begin(chat)]);
  expect(asked).toHaveLength(1);
});

it("asks again in a first turn that begins again, and not once it has its answer or another question", async () => {
  const { titles, asked } = titlesOf("");
  const chat = await newChat();
  await titles.begin(chat);
  await answer(chat.chatId, chat.question.id, false);
  await titles.begin(chat);
  expect(asked).toHaveLength(2);
  await answer(chat.chatId, chat.question.id, true);
  await titles.begin(chat);

  const edited = await newChat();
  await titles.begin({ ...edited, question: asking("edited", "Please tell me about Lisbon") });
  expect(asked).toHaveLength(2);
});

it("leaves the name of a fork, and chats that are gone or somebody's own", async () => {
  const { chatId, question } = await newChat();
  const fork = await forks.create(db, { ownerId, chatId, messageId: question.id });
  await db.updateTable("chat").set({ deleted_at: new Date() }).where("id", "=", chatId).execute();
  const { titles, asked } = titlesOf("Lisbon");
  for (const id of [fork?.chatId ?? "", chatId, "nowhere"]) await titles.begin({ chatId: id, question });
  expect(asked).toEqual([]);
  expect(await titleOf(chatId)).toBe(question.parts[0]?.type === "text" ? question.parts[0].text : "");
});

it("does not name a chat that is deleted while the model is asked", async () => {
  const chat = await newChat();
  const { titles } = titlesOf(async () => {
    await db.updateTable("chat").set({ deleted_at: new Date() }).where("id", "=", chat.chatId).execute();
    return "Lisbon";
  });
  await titles.begin(chat);
  expect(await titleOf(chat.chatId)).toBe("Please tell me about Lisbon");
});

it("names a chat that another surface began, which has no words yet", async () => {
  const chatId = crypto.randomUUID();
  await turns.adopt(db, { chatId, tags: [`user:${ownerId}`] });
  const { titles } = titlesOf("Lisbon");
  await titles.begin({ chatId, question: asking("q", "Tell me") });
  expect(await titleOf(chatId)).toBe("Lisbon");
});

it("keeps the first words when the model finds no name, refuses, or takes too long", async () => {
  const chat = await newChat();
  const empty = titlesOf("");
  await empty.titles.begin(chat);
  expect(empty.failures).toEqual([]);
  const refused = titlesOf(() => Promise.reject(new Error("no")));
  await refused.titles.begin(chat);
  expect(refused.failures).toEqual([new Error("no")]);
  const hanging = titlesOf("", {
    timeoutMs: 20,
    write: (_question, { abortSignal }) =>
      new Promise((_resolve, reject) => {
        abortSignal.addEventListener("abort", () => reject(abortSignal.reason as Error));
      }),
  });
  await hanging.titles.begin(chat);
  expect(hanging.failures).toEqual([expect.objectContaining({ name: "TimeoutError" })]);
  expect(await titleOf(chat.chatId)).toBe("Please tell me about Lisbon");
});

it("stores what Postgres takes", async () => {
  const chat = await newChat();
  await titlesOf("Half \ud83d of it\0").titles.begin(chat);
  expect(await titleOf(chat.chatId)).toBe("Half \ufffd of it");
});
