import type { Page } from "@playwright/test";
import type { ChatEdit } from "../../src/lib/tools/chat-edit.ts";
import { UNDO_MS } from "../../src/lib/tools/undo-time.ts";
import { tablesWith } from "../support/every-table.ts";
import { query } from "../support/query.ts";
import type { Stack } from "../support/stack.ts";
import {
  answers,
  chatIdOf,
  composer,
  editMessage,
  expectAnswer,
  isAlive,
  messageWith,
  openNewChat,
  prompt,
  questions,
  send,
  startChat,
  untilSaved,
  untilWord,
} from "./conversation.ts";
import { expect, test } from "./fixtures.ts";

/** What a browser does not see of a stack. */
const behind =
  ({ databaseUrl }: Stack) =>
  <Row extends object>(sql: string, values: unknown[] = []) =>
    query<Row>(databaseUrl, sql, values);

/** The time to take it back is over. (That it is half a minute, purge.test.ts sees.) */
async function letTimePass(ask: ReturnType<typeof behind>, chatId: string): Promise<void> {
  await ask(`update chat set deleted_at = deleted_at - $2 * interval '1 millisecond' where id = $1`, [chatId, UNDO_MS]);
}
/** Ending a run may take as long as it takes. */
const GONE_MS = 30_000;

/** A word that is nowhere else, for the model's script to ignore. */
const marker = () => `indiscretion${crypto.randomUUID().slice(0, 8)}`;

async function edit(page: Page, chatId: string, change: ChatEdit): Promise<number> {
  return (await page.request.patch(`/api/chats/${chatId}`, { data: change })).status();
}

/** Every way to reach a chat, but to take its deletion back. */
async function statuses(page: Page, chatId: string): Promise<Record<string, number>> {
  const message = { id: crypto.randomUUID(), parts: [{ type: "text", text: "let me in" }] };
  const at = `/api/chats/${chatId}`;
  const requests: [string, "GET" | "POST" | "PATCH" | "DELETE", string, object?][] = [
    ["page", "GET", `/chats/${chatId}`],
    ["chat", "GET", at],
    ["rename", "PATCH", at, { type: "rename", title: "let me in" }],
    ["pin", "PATCH", at, { type: "pin", isPinned: true }],
    ["export", "GET", `${at}/export`],
    ["export as JSON", "GET", `${at}/export?format=json`],
    ["token", "POST", `${at}/token`],
    ["read", "POST", `${at}/read`],
    ["stop", "POST", `${at}/stop`, { turn: "any" }],
    ["head", "POST", `${at}/head`, { parentId: null, id: null }],
    ["undo", "POST", `${at}/undo`, { messageId: "any" }],
    ["fork", "POST", `${at}/fork`, { messageId: "any" }],
    ["queue", "GET", `${at}/queue`],
    ["enqueue", "POST", `${at}/queue`, { message, kind: "queue" }],
    ["pause", "PATCH", `${at}/queue`, { isPaused: true }],
    ["change what waits", "PATCH", `${at}/queue/any`, { kind: "steer" }],
    ["remove what waits", "DELETE", `${at}/queue/any`],
  ];
  const entries: [string, number][] = [];
  for (const [name, method, path, data] of requests)
    entries.push([name, (await page.request.fetch(path, { method, data })).status()]);
  return Object.fromEntries(entries);
}

/** Two turns, a branch, a file, a name of its own, and a message that waits: with words that are nowhere else. */
async function indiscreetChat(page: Page): Promise<{ chatId: string; words: string[] }> {
  const words = Array.from({ length: 6 }, marker);
  const [first = "", second = "", edited = "", inFile = "", title = "", waiting = ""] = words;
  const file = { name: "notes.txt", mimeType: "text/plain", buffer: Buffer.from(inFile) };
  await page.getByLabel("Files to attach").setInputFiles(file);
  await expect(page.getByRole("list", { name: "Attached files" })).toContainText(/\d B/);
  await composer(page).fill(`words=4 ${first}`);
  await composer(page).press("Enter");
  await expect(questions(page).last()).toContainText(first);
  await expectAnswer(page, 4);
  const chatId = chatIdOf(page);
  await send(page, `words=5 ${second}`);
  await expectAnswer(page, 5, { nth: 1 });
  await editMessage(page, messageWith(page, second), `words=30 rate=20 ${edited}`);
  await untilWord(answers(page).nth(1), 2);
  const message = { id: crypto.randomUUID(), parts: [{ type: "text", text: waiting }] };
  const at = `/api/chats/${chatId}/queue`;
  expect((await page.request.post(at, { data: { message, kind: "queue" } })).status()).toBe(200);
  expect((await page.request.patch(at, { data: { isPaused: true } })).status()).toBe(200);
  await expectAnswer(page, 30, { nth: 1 });
  await untilSaved(page);
  expect(await edit(page, chatId, { type: "rename", title })).toBe(204);
  return { chatId, words };
}

test("a deleted chat is nowhere, can be taken back whole, and in time nothing of it is left", async ({
  guest,
  stack,
}) => {
  test.setTimeout(240_000);
  const ask = behind(stack);
  const kept = marker();
  const other = await startChat(guest, `words=3 ${kept}`);
  await expectAnswer(guest, 3);
  await untilSaved(guest);
  await openNewChat(guest);
  const { chatId, words } = await indiscreetChat(guest);

  const exported = async (id = chatId) =>
    (await (await guest.request.get(`/api/chats/${id}/export?format=json`)).json()) as object;
  const queue = async () => (await (await guest.request.get(`/api/chats/${chatId}/queue`)).json()) as object;
  const rows = async () =>
    ask(
      `select to_jsonb(chat) - 'last_read_at' as chat, (select jsonb_agg(m order by seq) from message m where chat_id = chat.id)
       from chat where id = $1`,
      [chatId],
    );
  const before = [await exported(), await queue(), await rows()];
  expect(JSON.stringify(before)).toContain(words[5]);

  expect(await edit(guest, chatId, { type: "delete", isDeleted: true })).toBe(204);
  for (const [way, status] of Object.entries(await statuses(guest, chatId))) expect(status, way).toBe(404);
  expect(JSON.stringify(await (await guest.request.get("/api/inbox")).json())).not.toContain(chatId);
  expect(await edit(guest, chatId, { type: "delete", isDeleted: false })).toBe(204);
  expect([await exported(), await queue(), await rows()]).toEqual(before);
  await guest.goto(`/chats/${chatId}`);
  await isAlive(guest);
  await expect(questions(guest)).toHaveCount(2);

  const ids = await ask<{ id: string }>(
    `select id from message where chat_id = $1
     union select id from engine.session where external_id = $1
     union select r.id from engine.run r join engine.session s on s.id = r.session_id where s.external_id = $1`,
    [chatId],
  );
  expect(ids.length).toBeGreaterThanOrEqual(6 + 2);
  const traces = [chatId, ...ids.map(({ id }) => id), ...words];
  const tables = [
    ...["chat", "chat_session", "message", "queued_message", "file_content"].map((name) => `public.${name}`),
    ...["session", "stream", "record", "run", "snapshot", "span"].map((name) => `engine.${name}`),
  ];
  await expect.poll(async () => Object.keys(await tablesWith(ask, traces))).toEqual(expect.arrayContaining(tables));
  const othersBefore = await exported(other);

  expect(await edit(guest, chatId, { type: "delete", isDeleted: true })).toBe(204);
  await letTimePass(ask, chatId);
  await expect.poll(() => tablesWith(ask, traces), { timeout: GONE_MS }).toEqual({});
  expect(await edit(guest, chatId, { type: "delete", isDeleted: false })).toBe(404);
  for (const [way, status] of Object.entries(await statuses(guest, chatId))) expect(status, way).toBe(404);
  // Nobody asked for it brings it back either.
  expect(await tablesWith(ask, traces)).toEqual({});

  expect(await exported(other)).toEqual(othersBefore);
  await guest.goto(`/chats/${other}`);
  await isAlive(guest);
  await send(guest, prompt("words=6"));
  await expectAnswer(guest, 6, { nth: 1 });
});

test("a turn goes on while its chat is deleted, and is there when it is taken back", async ({ guest }) => {
  const chatId = await startChat(guest, prompt("words=4"));
  await expectAnswer(guest, 4);
  await untilSaved(guest);
  await send(guest, prompt("words=40 rate=20"));
  await untilWord(answers(guest).nth(1), 3);
  expect(await edit(guest, chatId, { type: "delete", isDeleted: true })).toBe(204);
  expect(await edit(guest, chatId, { type: "delete", isDeleted: false })).toBe(204);
  await guest.goto(`/chats/${chatId}`);
  await expectAnswer(guest, 40, { nth: 1 });
});

for (const who of ["the agent", "the web server's head start"]) {
  test(`a chat that is deleted in the middle of an answer of ${who} is gone with whoever gives it`, async ({
    guest,
    stack,
    model,
  }) => {
    test.setTimeout(180_000);
    const ask = behind(stack);
    const word = marker();
    const isFirst = who !== "the agent";
    if (!isFirst) {
      await startChat(guest, `words=3 ${marker()}`);
      await expectAnswer(guest, 3);
    }
    await send(guest, `words=3000 rate=20 ${word}`);
    await untilWord(answers(guest).nth(isFirst ? 0 : 1), 3);
    const chatId = chatIdOf(guest);
    const runs = await ask<{ id: string }>(
      `select r.id from engine.run r join engine.session s on s.id = r.session_id where s.external_id = $1`,
      [chatId],
    );
    expect(runs.length).toBeGreaterThanOrEqual(1);
    expect(await edit(guest, chatId, { type: "delete", isDeleted: true })).toBe(204);
    await letTimePass(ask, chatId);
    const traces = [chatId, word, ...runs.map(({ id }) => id)];
    await expect.poll(() => tablesWith(ask, traces), { timeout: GONE_MS }).toEqual({});
    const asked = () => model.requests.filter((request) => request.prompt.includes(word));
    await expect.poll(() => asked()[0]?.abortedAt).toBeDefined();
    expect(asked()).toHaveLength(1);
    // The page that shows it still does what it does, and brings nothing back.
    await guest.reload();
    await expect(guest.getByRole("heading", { name: "Not found" })).toBeVisible();
    expect(await tablesWith(ask, traces)).toEqual({});
  });
}
