import { createServer, type Server } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { pino } from "pino";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { startMockOpenAI, type MockOpenAI } from "../../../tests/support/mock-openai.ts";
import { openTestDb } from "../../../tests/support/test-db.ts";
import * as chatPage from "./chat-page.ts";
import * as chats from "./chats.ts";
import { claimAndStart, stopHeadStart } from "./head-start.ts";
import * as inbox from "./inbox.ts";
import { createModelRegistry } from "./models/index.ts";
import { createRealtime } from "./realtime.ts";
import type { Services } from "./services.ts";

const ownerId = "ada";
const { db } = await openTestDb(ownerId);
let platform: Server;
/** What each test's platform was asked. A client tries again for a while after its test is over. */
const asked = new Map<string, string[]>();
let platforms = 0;
/** What the platform says to a request; undefined: nothing, ever. */
let status: number | undefined;
/** It makes sessions, and says nothing to any other request. */
let makesSessions = false;
let model: MockOpenAI;

beforeAll(async () => {
  platform = createServer((request, response) => {
    const [, of = "", path = ""] = /^\/(\d+)(\/.*)$/.exec(request.url ?? "") ?? [];
    asked.set(of, [...(asked.get(of) ?? []), `${request.method} ${path}`]);
    if (makesSessions && path === "/api/v1/sessions") {
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(session()));
      return;
    }
    if (status !== undefined) response.writeHead(status, { "content-type": "application/json" }).end("{}");
  }).listen(0, "127.0.0.1");
  await once(platform, "listening");
  model = await startMockOpenAI();
});
afterEach(() => {
  makesSessions = false;
  platform.closeAllConnections();
});
afterAll(async () => {
  platform.close();
  await model.close();
});

function services(): Services {
  const apiUrl = `http://127.0.0.1:${(platform.address() as AddressInfo).port}/${++platforms}`;
  const trigger = { secretKey: "tr_skein_test", apiUrl, projectRef: "proj", dashboardPath: undefined };
  const models = createModelRegistry({
    providers: { openaiCompatible: { baseUrl: model.url, models: ["numbered"], visionModels: [] } } as never,
    defaultModel: undefined,
    modelTimeoutMs: 60_000,
    demo: { ttftMs: 0, tokensPerSecond: 1000 },
  });
  const log = pino({ level: "silent" });
  return { db, models, log, realtime: createRealtime(trigger), config: { trigger } } as unknown as Services;
}

function session() {
  const now = new Date();
  const ends = { closedAt: null, closedReason: null, expiresAt: null, createdAt: now, updatedAt: now };
  const what = {
    id: "session_1",
    externalId: null,
    type: "chat.agent",
    taskIdentifier: "chat",
    tags: [],
    metadata: null,
  };
  return { ...what, ...ends, runId: "run_1", publicAccessToken: "token", isCached: false };
}

const askedNow = () => asked.get(String(platforms)) ?? [];
const turn = async (chatId: string) =>
  (await db.selectFrom("chat").select("first_turn").where("id", "=", chatId).executeTakeFirst())?.first_turn;

it("starts one turn, however many tabs, reloads and prefetches ask for the page at once", async () => {
  status = undefined;
  const deps = services();
  const { chatId } = await chats.create(db, { ownerId, text: "hello" });
  const visits = await Promise.all(Array.from({ length: 8 }, () => claimAndStart(deps, { ownerId, chatId })));
  expect(visits.filter((visit) => visit === "started")).toHaveLength(1);
  expect(askedNow()).toEqual(["POST /api/v1/sessions"]);
});

it("gives the turn back when the platform refuses it, to the next visitor or the sweep", async () => {
  status = 400;
  const deps = services();
  const { chatId } = await chats.create(db, { ownerId, text: "hello" });
  expect(await claimAndStart(deps, { ownerId, chatId })).toBe("started");
  expect(await turn(chatId)).toBe("pending");
});

it("opens the page of a new chat while the platform does not answer", async () => {
  status = undefined;
  const deps = services();
  const { chatId, messageId } = await chats.create(db, { ownerId, text: "hello" });
  const which = { ownerId, chatId };
  const [page] = await Promise.all([chatPage.open(deps, which), claimAndStart(deps, which)]);
  expect(page).toMatchObject({
    messages: [{ id: messageId }],
    session: { publicAccessToken: null, isStreaming: true },
  });
});

it.each([
  ["does not answer", undefined],
  ["refuses", 503],
])("opens inbox and chats within a second while the platform %s, and says what is missing", async (_what, answer) => {
  status = answer;
  const deps = services();
  const { chatId, messageId } = await chats.create(db, { ownerId, text: "hello" });
  await db.updateTable("chat").set({ first_turn: "done", status: "idle" }).where("id", "=", chatId).execute();
  const start = performance.now();
  const [page, rows, sessions] = await Promise.all([
    chatPage.open(deps, { ownerId, chatId }),
    inbox.list(deps, ownerId, { view: "inbox", filter: null }),
    inbox.live(deps, ownerId),
  ]);
  expect(performance.now() - start).toBeLessThan(1000);
  expect(page).toMatchObject({ messages: [{ id: messageId }], session: { publicAccessToken: null } });
  expect(rows.rows.map(({ id }) => id)).toContain(chatId);
  expect(sessions).toBeNull();
});

it("starts nobody else's turn", async () => {
  const deps = services();
  const { chatId } = await chats.create(db, { ownerId, text: "hello" });
  expect(await claimAndStart(deps, { ownerId: "bob", chatId })).toBe("not-pending");
  expect([askedNow(), await turn(chatId)]).toEqual([[], "pending"]);
});

/** A step whose answer is under way, or whose first word is a long time off. */
async function stepOf(text: string) {
  status = undefined;
  makesSessions = true;
  const deps = services();
  const { chatId, messageId } = await chats.create(db, { ownerId, text });
  void claimAndStart(deps, { ownerId, chatId });
  await expect.poll(() => requestOf(text)).toBeDefined();
  return { chatId, messageId };
}
const requestOf = (text: string) => model.requests.find(({ prompt }) => prompt === text);

it.each(["words=500 rate=50 one", "ttft=60000 one"])(
  "is stopped by this process itself, without a look at the database: %s",
  async (text) => {
    const { chatId } = await stepOf(text);
    stopHeadStart(chatId);
    await expect.poll(() => requestOf(text)?.abortedAt).toBeDefined();
  },
);

it("is stopped by what another process wrote, should nobody tell", async () => {
  const text = "ttft=60000 two";
  const { chatId, messageId } = await stepOf(text);
  await chats.requestStop(db, { ownerId, chatId }, messageId);
  await expect.poll(() => requestOf(text)?.abortedAt, { timeout: 5_000 }).toBeDefined();
});
