import type { Page } from "@playwright/test";
import {
  answers,
  composer,
  expectAnswer,
  isAlive,
  openNewChat,
  prompt,
  questions,
  requestsFor,
  send,
  startChat,
  transcript,
  wholeAnswer,
} from "./conversation.ts";
import { expect, test } from "./fixtures.ts";

/** Whatever goes wrong, no process ends. */
test.beforeEach(({ stack }, info) => void Object.assign(info, { pids: stack.pids() }));
test.afterEach(({ stack }, info) => expect(stack.pids()).toEqual((info as unknown as { pids: unknown }).pids));

const alertIn = (page: Page) => transcript(page).getByRole("alert");

/**
 * How often the model is asked until the person is told. What may pass by itself is tried again: a head start by an
 * ordinary turn, and in an ordinary turn what was refused (429, 5xx) once more.
 */
const failures = [
  { script: "status=401", says: /refused the API key \(401\)/, first: 1, later: 1 },
  { script: "status=429", says: /limiting requests \(429\)/, first: 3, later: 2 },
  { script: "status=500", says: /problem of its own \(500\)/, first: 3, later: 2 },
  { script: "hang", says: /did not answer within 3 s/, first: 1, later: 1 },
  { script: "words=50 hang=9", says: /stopped in the middle of its answer/, first: 1, later: 1 },
  { script: "words=50 break=9", says: /broke off in the middle/, first: 2, later: 1 },
];

for (const { script, says, first, later } of failures)
  test(`the provider answers with "${script}": a sentence with Retry, in the first turn and in a later one`, async ({
    guest,
    model,
  }) => {
    // What had been written before it broke off is kept beside the whole answer.
    const [words, branch] = script.startsWith("words") ? [50, "2 / 2"] : [20, ""];
    for (const [nth, fail] of [first, later].entries()) {
      const question = prompt(`${script} fail=${fail}`);
      await send(guest, question);
      await expect(alertIn(guest)).toContainText(says, { timeout: 20_000 });
      await expect(questions(guest).nth(nth)).toContainText(question);
      // It is still there for whoever comes later.
      await guest.reload();
      await expect(alertIn(guest)).toContainText(says);
      await expect(questions(guest).nth(nth)).toContainText(question);
      expect(requestsFor(model, question)).toHaveLength(fail);

      await alertIn(guest).getByRole("button", { name: "Retry" }).click();
      await expectAnswer(guest, words, { nth, branch });
      await expect(answers(guest)).toHaveCount(nth + 1);
      await expect(questions(guest).nth(nth)).toHaveText(question);
      expect(requestsFor(model, question)).toHaveLength(fail + 1);
    }
    await guest.reload();
    await expect(answers(guest)).toHaveText([wholeAnswer(words, branch), wholeAnswer(words, branch)]);
  });

test("a question that failed does not stand in the way of the next one", async ({ guest }) => {
  const [bad, good] = [prompt("status=401"), prompt("words=12")];
  await startChat(guest, bad);
  await expect(alertIn(guest)).toBeVisible();
  await send(guest, good);
  await expectAnswer(guest, 12);
  await expect(questions(guest)).toContainText([bad, good]);
});

test("an empty message is not sent", async ({ guest, model }) => {
  const before = model.requests.length;
  for (const text of ["", "   \n "]) {
    await composer(guest).fill(text);
    await guest.getByRole("button", { name: "Send" }).click();
    await expect(guest.getByRole("alert")).toHaveText("Write a message first.");
    expect(new URL(guest.url()).pathname).toBe("/");
  }
  await startChat(guest, prompt("words=2"));
  await expectAnswer(guest, 2);
  await composer(guest).fill("  ");
  await composer(guest).press("Enter");
  await expect(guest.getByRole("alert")).toHaveText("Write a message first.");
  await expect(questions(guest)).toHaveCount(1);
  expect(model.requests.length).toBe(before + 1);
});

test("two mebibytes of text are refused in a sentence, and stay in the box", async ({ guest }) => {
  const refused = async (text: string) => {
    await composer(guest).fill(text);
    await composer(guest).press("Enter");
    await expect(guest.getByRole("alert")).toHaveText(/too long: 100 kB is the most/);
    expect((await composer(guest).inputValue()).length).toBe(text.length);
  };
  // A browser takes seconds to lay out so much text, so only here.
  await refused("sixteen letters ".repeat(131_072));
  await startChat(guest, prompt("words=2"));
  await expectAnswer(guest, 2);
  await refused("sixteen letters ".repeat(6_500));
  await send(guest, prompt("words=3"));
  await expectAnswer(guest, 3, { nth: 1 });
});

test("two mebibytes that bypass the page are refused by the server", async ({ guest }) => {
  const text = "x".repeat(2 ** 21);
  const chatId = await startChat(guest, prompt("words=2"));
  await expectAnswer(guest, 2);
  const origin = new URL(guest.url()).origin;
  const posted = await guest.request.post("/", { form: { text }, headers: { origin, accept: "application/json" } });
  expect(await posted.text()).toContain("too long");
  const { token } = (await (await guest.request.post(`/api/chats/${chatId}/token`)).json()) as { token: string };
  const appended = await guest.request.post(`/realtime/v1/sessions/${chatId}/in/append`, {
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    data: JSON.stringify({
      kind: "message",
      payload: {
        chatId,
        trigger: "submit-message",
        message: { id: "huge", role: "user", parts: [{ type: "text", text }] },
        metadata: {},
      },
    }),
  });
  expect(appended.status()).toBe(413);
  await send(guest, prompt("words=3"));
  await expectAnswer(guest, 3, { nth: 1 });
});

test("an unknown chat is a page that says so, and leads on", async ({ page }) => {
  for (const id of ["00000000-0000-4000-8000-000000000000", "nothing", "'; drop table chat; --"]) {
    const response = await page.goto(`/chats/${id}`);
    expect(response?.status(), id).toBe(404);
    await expect(page.getByRole("heading", { name: "Not found" })).toBeVisible();
  }
  await page.getByRole("main").getByRole("link", { name: "Write a new chat" }).click();
  await isAlive(page);
  for (const path of ["/chats/%00", "/api/chats/%00"]) expect((await page.request.get(path)).status(), path).toBe(404);
});

test("a message that cannot be sent says so, and Retry sends it once", async ({ guest, model }) => {
  await startChat(guest, prompt("words=2"));
  await expectAnswer(guest, 2);
  const question = prompt("words=8");
  await guest.route("**/in/append", (route) => route.abort());
  await composer(guest).fill(question);
  await composer(guest).press("Enter");
  await expect(alertIn(guest)).toContainText("Not sent", { timeout: 30_000 });
  await guest.unroute("**/in/append");
  await alertIn(guest).getByRole("button", { name: "Retry" }).click();
  await expectAnswer(guest, 8, { nth: 1 });
  await expect(questions(guest)).toHaveCount(2);
  expect(requestsFor(model, question)).toHaveLength(1);
});

test("an error page of a newcomer is no dead end", async ({ page }) => {
  await page.goto("/nowhere");
  await expect(page.getByRole("heading", { name: "Not found" })).toBeVisible();
  await openNewChat(page);
});
