import { createServer, type Server } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { pino } from "pino";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { createTestDatabase } from "../../../tests/support/postgres.ts";
import * as chatPage from "./chat-page.ts";
import * as chats from "./chats.ts";
import { createDb } from "./db/index.ts";
import { claimAndStart } from "./head-start.ts";
import { createModelRegistry } from "./models/index.ts";
import { createRealtime } from "./realtime.ts";
import type { Services } from "./services.ts";

const ownerId = "ada";
let database: Awaited<ReturnType<typeof createTestDatabase>>;
let db: ReturnType<typeof createDb>;
let platform: Server;
/** What each test's platform was asked. A client tries again for a while after its test is over. */
const asked = new Map<string, string[]>();
let platforms = 0;
/** What the platform says to a request; undefined: nothing, ever. */
let status: number | undefined;

beforeAll(async () => {
  database = await createTestDatabase();
  db = createDb(database.url);
  const person = { id: ownerId, name: "A", email: "a@example.org", emailVerified: false };
  await db
    .insertInto("user")
    .values({ ...person, createdAt: new Date(), updatedAt: new Date() })
    .execute();
  platform = createServer((request, response) => {
    const [, of = "", path = ""] = /^\/(\d+)(\/.*)$/.exec(request.url ?? "") ?? [];
    asked.set(of, [...(asked.get(of) ?? []), `${request.method} ${path}`]);
    if (status !== undefined) response.writeHead(status, { "content-type": "application/json" }).end("{}");
  }).listen(0, "127.0.0.1");
  await once(platform, "listening");
});
afterEach(() => {
  platform.closeAllConnections();
});
afterAll(async () => {
  platform.close();
  await db.destroy();
  await database.drop();
});

function services(): Services {
  const apiUrl = `http://127.0.0.1:${(platform.address() as AddressInfo).port}/${++platforms}`;
  const trigger = { secretKey: "tr_skein_test", apiUrl, projectRef: "proj", dashboardPath: undefined };
  const models = createModelRegistry({
    providers: {} as never,
    defaultModel: undefined,
    modelTimeoutMs: 1000,
    demo: { ttftMs: 0, tokensPerSecond: 1000 },
  });
  const log = pino({ level: "silent" });
  return { db, models, log, realtime: createRealtime(trigger), config: { trigger } } as unknown as Services;
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

it("starts nobody else's turn", async () => {
  const deps = services();
  const { chatId } = await chats.create(db, { ownerId, text: "hello" });
  expect(await claimAndStart(deps, { ownerId: "bob", chatId })).toBe("not-pending");
  expect([askedNow(), await turn(chatId)]).toEqual([[], "pending"]);
});
