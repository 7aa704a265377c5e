import type { APIRequestContext, APIResponse, Page } from "@playwright/test";
import { chatIdOf, expectAnswer, isAlive, openNewChat, prompt, send, startChat } from "./conversation.ts";
import { expect, test } from "./fixtures.ts";

/** Every way to another person's chat that we can think of, given its id. */
type Attempt = [name: string, (as: Intruder, victim: string) => Promise<APIResponse>, refusals: number[]];

interface Intruder {
  /** With the intruder's own cookies. */
  request: APIRequestContext;
  /** A valid token, for a chat of their own. */
  token: string;
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const message = (id: string) => ({
  kind: "message",
  payload: {
    chatId: id,
    trigger: "submit-message",
    message: { id: "intruder", role: "user", parts: [{ type: "text", text: "let me in" }] },
    metadata: {},
  },
});

const queued = { kind: "interrupt", message: { id: "intruder", parts: [{ type: "text", text: "let me in" }] } };

const attempts: Attempt[] = [
  ["GET the page", (as, id) => as.request.get(`/chats/${id}`), [404]],
  // The router's own format: the refusal is inside.
  ["GET the page's data", (as, id) => as.request.get(`/chats/${id}/__data.json`), [200]],
  ["GET the chat", (as, id) => as.request.get(`/api/chats/${id}`), [404]],
  ["POST for a token", (as, id) => as.request.post(`/api/chats/${id}/token`), [404]],
  ["POST a stop", (as, id) => as.request.post(`/api/chats/${id}/stop`, { data: { turn: "any" } }), [404]],
  ["POST that it was read", (as, id) => as.request.post(`/api/chats/${id}/read`), [404]],
  [
    "POST to another branch",
    (as, id) => as.request.post(`/api/chats/${id}/head`, { data: { parentId: null, id: null } }),
    [404],
  ],
  ["POST an undo", (as, id) => as.request.post(`/api/chats/${id}/undo`, { data: { messageId: "any" } }), [404]],
  ["POST for a fork", (as, id) => as.request.post(`/api/chats/${id}/fork`, { data: { messageId: "any" } }), [404]],
  ["GET the queue", (as, id) => as.request.get(`/api/chats/${id}/queue`), [404]],
  ["POST into the queue", (as, id) => as.request.post(`/api/chats/${id}/queue`, { data: queued }), [404]],
  ["PATCH the queue", (as, id) => as.request.patch(`/api/chats/${id}/queue`, { data: { isPaused: true } }), [404]],
  ["PATCH what waits", (as, id) => as.request.patch(`/api/chats/${id}/queue/any`, { data: { kind: "steer" } }), [404]],
  ["DELETE what waits", (as, id) => as.request.delete(`/api/chats/${id}/queue/any`), [404]],
  ["read the stream without a token", (as, id) => as.request.get(out(id)), [401]],
  [
    "read the stream with a token of another chat",
    (as, id) => as.request.get(out(id), { headers: bearer(as.token) }),
    [403],
  ],
  [
    "read the input with a token of another chat",
    (as, id) => as.request.get(input(id), { headers: bearer(as.token) }),
    [403, 404],
  ],
  ["write without a token", (as, id) => as.request.post(`${input(id)}/append`, { data: message(id) }), [401]],
  [
    "write with a token of another chat",
    (as, id) => as.request.post(`${input(id)}/append`, { data: message(id), headers: bearer(as.token) }),
    [403],
  ],
  [
    "write past the path",
    async (as, id) => {
      const own = "00000000-0000-4000-8000-000000000000";
      const sneaky = `/realtime/v1/sessions/${own}/..%2f${id}/in/append`;
      return as.request.post(sneaky, { data: message(id), headers: bearer(as.token) });
    },
    [400, 403, 404, 501],
  ],
  [
    "ask the engine for the session",
    (as, id) => as.request.get(`/realtime/../api/v1/sessions/${id}`, { headers: bearer(as.token) }),
    [404],
  ],
];

const out = (id: string) => `/realtime/v1/sessions/${id}/out`;
const input = (id: string) => `/realtime/v1/sessions/${id}/in`;

/** Refusals are the answer of a route that does nothing by design: their bodies are nobody's business either. */
async function tryAll(as: Intruder, victim: string, secret: string): Promise<string[]> {
  const breaches: string[] = [];
  for (const [name, attempt, refusals] of attempts) {
    const response = await attempt(as, victim);
    if (!refusals.includes(response.status())) breaches.push(`${name}: ${response.status()}`);
    const body = await response.text();
    if (body.includes(secret)) breaches.push(`${name}: tells the text`);
    if (response.status() === 200 && !body.includes('"status":404')) breaches.push(`${name}: no refusal inside`);
  }
  return breaches;
}

async function tokenFor(page: Page, chatId: string): Promise<string> {
  const response = await page.request.post(`/api/chats/${chatId}/token`);
  expect(response.status()).toBe(200);
  return ((await response.json()) as { token: string }).token;
}

test("two guests: neither can see, read or write the other's chat", async ({ guest, newcomer, model }) => {
  const other = await (await newcomer()).newPage();
  await openNewChat(other);
  const secrets = [prompt("words=3 one"), prompt("words=3 two")];
  const people = [];
  for (const [index, page] of [guest, other].entries()) {
    const chatId = await startChat(page, secrets[index] ?? "");
    await expectAnswer(page, 3);
    people.push({ page, chatId, secret: secrets[index] ?? "", token: await tokenFor(page, chatId) });
  }
  const [one, two] = people as [(typeof people)[0], (typeof people)[0]];

  for (const [owner, intruder] of [
    [one, two],
    [two, one],
  ] as const) {
    const as = { request: intruder.page.request, token: intruder.token };
    expect(await tryAll(as, owner.chatId, owner.secret)).toEqual([]);
    // The owner's own token opens what was refused above: it was the person, not the address.
    const opened = await owner.page.request.post(`${input(owner.chatId)}/append`, {
      data: { kind: "stop" },
      headers: bearer(owner.token),
    });
    expect(opened.status()).toBe(200);

    const inbox = intruder.page.getByRole("navigation", { name: "Chats" });
    await expect(inbox.getByRole("link")).toHaveCount(1);
    await expect(inbox).not.toContainText(owner.secret);
    const page = await intruder.page.context().newPage();
    const response = await page.goto(`/chats/${owner.chatId}`);
    expect(response?.status()).toBe(404);
    await expect(page.getByRole("heading", { name: "Not found" })).toBeVisible();
    await expect(page.locator("body")).not.toContainText(owner.secret);
  }

  // Nothing of it has touched the conversations.
  await one.page.reload();
  await isAlive(one.page);
  await send(one.page, prompt("words=4"));
  await expectAnswer(one.page, 4, { nth: 1 });
  expect(JSON.stringify(model.requests)).not.toContain("let me in");
});

test("somebody without a cookie gets nothing", async ({ guest, playwright, baseURL }) => {
  const secret = prompt("words=3");
  const chatId = await startChat(guest, secret);
  await expectAnswer(guest, 3);
  const stranger = await playwright.request.newContext({ baseURL });
  for (const action of ["token", "stop", "read", "head", "undo", "fork", "queue"])
    expect((await stranger.post(`/api/chats/${chatId}/${action}`)).status(), action).toBe(401);
  for (const [path, status] of [
    [`/api/chats/${chatId}`, 401],
    ["/api/live", 401],
    // A page makes a guest of whoever comes.
    [`/chats/${chatId}`, 404],
    [`/api/chats/${chatId}`, 404],
  ] as const) {
    const response = await stranger.get(path);
    expect(response.status(), path).toBe(status);
    expect(await response.text()).not.toContain(secret);
  }
  await stranger.dispose();
});

test("another site cannot act for a guest", async ({ guest }) => {
  const chatId = await startChat(guest, prompt("words=3"));
  await expectAnswer(guest, 3);
  const headers = { origin: "https://elsewhere.example", "sec-fetch-site": "cross-site" };
  for (const path of [`/api/chats/${chatId}/stop`, `/api/chats/${chatId}/token`])
    expect((await guest.request.post(path, { headers })).status(), path).toBe(403);
  const form = { text: "sent by another site" };
  expect((await guest.request.post("/", { form, headers: { ...headers, accept: "text/html" } })).status()).toBe(403);
});

test("a site that opened one of our pages loses hold of it, whatever it does", async ({ guest, baseURL }) => {
  const chatId = await startChat(guest, prompt("words=3"));
  await expectAnswer(guest, 3);
  const elsewhere = await guest.context().newPage();
  await elsewhere.route("http://elsewhere.example/", (route) =>
    route.fulfill({ contentType: "text/html", body: "<!doctype html><title>Elsewhere</title>" }),
  );
  for (const path of ["/", `/chats/${chatId}`])
    for (const isBlankFirst of [false, true]) {
      await elsewhere.goto("http://elsewhere.example/");
      const opened = elsewhere.context().waitForEvent("page");
      await elsewhere.evaluate(
        ([url, isBlankFirst]) => {
          const ours = window.open(isBlankFirst ? "about:blank" : url) as Window;
          if (isBlankFirst) ours.location.href = url;
          Object.assign(window, { ours });
        },
        [new URL(path, baseURL).href, isBlankFirst] as const,
      );
      const page = await opened;
      await page.waitForURL(new URL(path, baseURL).href);
      // Nor after it went on to another page of ours, which is from no other site.
      for (let visit = 0; visit < 2; visit++) {
        expect(await page.evaluate(() => window.opener as unknown)).toBeNull();
        expect(await elsewhere.evaluate(() => (window as unknown as { ours: Window }).ours.closed)).toBe(true);
        await page.goto(`/chats/${chatId}`);
      }
      await page.close();
    }
});

test("the live feed tells a guest of their own chats only", async ({ guest, newcomer }) => {
  const listener = await (await newcomer()).newPage();
  await openNewChat(listener);
  await listener.evaluate(
    () =>
      new Promise<void>((resolve) => {
        const told: string[] = [];
        const feed = new EventSource("/api/live");
        feed.onmessage = (event) => told.push(String(event.data));
        feed.onopen = () => resolve();
        Object.assign(window, { told });
      }),
  );
  const told = () => listener.evaluate(() => (window as unknown as { told: string[] }).told.join("\n"));

  const theirs = await startChat(guest, prompt("words=5"));
  await expectAnswer(guest, 5);
  // One's own chat, made later, is announced: whatever was to be said of the other one has been said by then.
  await send(listener, prompt("words=5"));
  await expect.poll(told).toContain(chatIdOf(listener));
  expect(await told()).not.toContain(theirs);
  // A tab that somebody else left open asks by their name.
  expect((await guest.request.get("/api/live?user=somebody-else")).status()).toBe(403);
});
