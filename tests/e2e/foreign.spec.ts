import type { Page } from "@playwright/test";
import { auth, runs, sessions } from "@trigger.dev/sdk";
import { chat } from "@trigger.dev/sdk/ai";
import { expectedAnswer } from "../support/mock-openai.ts";
import { query } from "../support/query.ts";
import type { Stack } from "../support/stack.ts";
import {
  answers,
  chatIdOf,
  expectAnswer,
  isAlive,
  openNewChat,
  prompt,
  questions,
  send,
  startChat,
  untilSaved,
  untilWord,
} from "./conversation.ts";
import { expect, test } from "./fixtures.ts";

/** What a script with the secret key does, beside the app. */

const inbox = (page: Page) => page.getByRole("navigation", { name: "Chats" });

/** Recovery looks after three seconds and every five, and a new run has to boot. */
const BOUND_MS = 30_000;

async function asScript<T>(stack: Stack, work: (personId: () => Promise<string>) => Promise<T>): Promise<T> {
  const newest = async () => {
    const people = `select id from "user" order by "createdAt" desc limit 1`;
    return (await query<{ id: string }>(stack.databaseUrl, people))[0]?.id ?? "";
  };
  return auth.withAuth(stack.engine, () => work(newest));
}

const statusOf = async (page: Page, chatId: string) => {
  const { chat } = (await (await page.request.get(`/api/chats/${chatId}`)).json()) as {
    chat: { status: string; statusDetail: string | null };
  };
  return chat;
};

test("a session that a script created is a row of its person alone, and a chat once it is opened", async ({
  guest,
  newcomer,
  stack,
}) => {
  const chatId = crypto.randomUUID();
  const title = `Nightly report ${chatId.slice(0, 8)}`;
  await asScript(stack, async (personId) => {
    const tags = [`user:${await personId()}`];
    await sessions.start({
      ...{ type: "chat.agent", taskIdentifier: "chat", externalId: chatId, tags, metadata: { title } },
      triggerConfig: { basePayload: { chatId, trigger: "preload" }, tags },
    });
  });
  const other = await (await newcomer()).newPage();
  await openNewChat(other);
  await guest.reload();
  const row = inbox(guest).getByRole("link", { name: title });
  await expect(row).toHaveCount(1);
  expect((await other.request.get(`/api/chats/${chatId}`)).status()).toBe(404);
  expect((await other.goto(`/chats/${chatId}`))?.status()).toBe(404);
  await expect(inbox(other)).not.toContainText(title);

  await row.click();
  await expect(guest).toHaveURL(new RegExp(chatId));
  await isAlive(guest);
  await send(guest, prompt("words=5"));
  await expectAnswer(guest, 5);
  await guest.reload();
  await expect(answers(guest)).toHaveText([expectedAnswer(5)]);
  await send(guest, prompt("words=6"));
  await expectAnswer(guest, 6, { nth: 1 });
  await expect(inbox(guest).getByRole("link", { name: title })).toHaveCount(1);
  expect((await other.request.get(`/api/chats/${chatId}`)).status()).toBe(404);
});

test("what a script asks is answered, and is a chat of whom its session is tagged with", async ({ guest, stack }) => {
  const chatId = crypto.randomUUID();
  const text = prompt("words=7");
  await asScript(stack, async (personId) => {
    const start = chat.createStartSessionAction("chat");
    await start({ chatId, tags: [`user:${await personId()}`] });
    const message = { id: crypto.randomUUID(), role: "user", parts: [{ type: "text", text }] };
    const payload = { chatId, trigger: "submit-message", message, metadata: {} };
    await sessions.open(chatId).in.send({ kind: "message", payload });
  });
  // By its address: the agent gives it a name of its own.
  await expect(inbox(guest).locator(`a[href$="${chatId}"]`)).toBeVisible();
  await guest.goto(`/chats/${chatId}`);
  await isAlive(guest);
  await expect(questions(guest)).toHaveText([text]);
  await expectAnswer(guest, 7);
  await send(guest, prompt("words=4"));
  await expectAnswer(guest, 4, { nth: 1 });
});

test("a chat whose session is gone is read as before, and has another once something is sent", async ({
  guest,
  stack,
}) => {
  const chatId = await startChat(guest, prompt("words=4"));
  await expectAnswer(guest, 4);
  await send(guest, prompt("words=5"));
  await expectAnswer(guest, 5, { nth: 1 });
  await untilSaved(guest);
  const forget = () =>
    asScript(stack, async () => {
      const { currentRunId } = await sessions.close(chatId, { reason: "deleted" });
      if (currentRunId) await runs.cancel(currentRunId);
      const isThere = () =>
        sessions.retrieve(chatId, { retry: { maxAttempts: 1 } }).then(
          () => true,
          () => false,
        );
      await expect.poll(isThere, { timeout: BOUND_MS }).toBe(false);
    });
  await forget();
  await guest.reload();
  await isAlive(guest);
  await expect(answers(guest)).toHaveText([4, 5].map(expectedAnswer));
  await send(guest, prompt("words=6"));
  await expectAnswer(guest, 6, { nth: 2, within: 30_000 });
  await untilSaved(guest);
  // The page that is open finds out by itself.
  await forget();
  await send(guest, prompt("words=7"));
  await expectAnswer(guest, 7, { nth: 3, within: 30_000 });
  await guest.reload();
  await expect(answers(guest)).toHaveText([4, 5, 6, 7].map(expectedAnswer));
});

test("a run that is cancelled from elsewhere leaves no chat that says it runs", async ({ guest, stack }) => {
  test.setTimeout(180_000);
  const chatId = await startChat(guest, prompt("words=4"));
  await expectAnswer(guest, 4);
  await untilSaved(guest);
  await send(guest, prompt("words=60 rate=20"));
  await untilWord(answers(guest).nth(1), 3);
  await asScript(stack, async () => {
    const { currentRunId } = await sessions.retrieve(chatId);
    await runs.cancel(currentRunId ?? "");
  });
  // The question is answered all the same.
  await expectAnswer(guest, 60, { nth: 1, within: BOUND_MS });
  await untilSaved(guest);
  expect(await statusOf(guest, chatId)).toMatchObject({ status: "idle" });

  await send(guest, prompt("words=600 rate=20"));
  await untilWord(answers(guest).nth(2), 3);
  await asScript(stack, async () => {
    const { currentRunId } = await sessions.close(chatId, { reason: "closed by an operator" });
    await runs.cancel(currentRunId ?? "");
  });
  await expect
    .poll(() => statusOf(guest, chatId), { timeout: BOUND_MS })
    .toMatchObject({ status: "failed", statusDetail: expect.stringContaining("interrupted") });
  expect(chatIdOf(guest)).toBe(chatId);
});
