import { sql } from "kysely";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { addPeople } from "../../../tests/support/people.ts";
import { openTestDb } from "../../../tests/support/test-db.ts";
import type { Segment } from "../search/result.ts";
import * as chats from "./chats.ts";
import { besideChat, search } from "./search.ts";

const { database, db } = await openTestDb();
let ownerId: string;

async function newcomer(): Promise<string> {
  const id = crypto.randomUUID();
  await addPeople(db, id);
  return id;
}

beforeEach(async () => {
  ownerId = await newcomer();
});

type Said = Partial<{ role: "user" | "assistant" | "system"; parentId: string; hidden: boolean; final: boolean }>;

async function say(chatId: string, text: string, { role = "assistant", parentId, ...rest }: Said = {}) {
  const id = crypto.randomUUID();
  const parts = JSON.stringify([{ type: "text", text }]);
  await db
    .insertInto("message")
    .values({ chat_id: chatId, id, parent_id: parentId ?? null, role, parts, ...rest })
    .execute();
  return id;
}

async function chat(title: string, owner = ownerId): Promise<string> {
  const { chatId } = await chats.create(db, { ownerId: owner, text: "?" });
  await db.updateTable("chat").set({ title, status: "idle", answering_id: null }).where("id", "=", chatId).execute();
  return chatId;
}

const find = (query: string, limit?: number) => search(db, { ownerId, query, ...(limit ? { limit } : {}) });
const marked = (segments: Segment[]) => segments.map(({ text, isMatch }) => (isMatch ? `[${text}]` : text)).join("");
const snippets = async (query: string) => (await find(query)).map(({ snippet }) => marked(snippet)).sort();

describe("what is found", () => {
  it("is in titles and in what was said, with what was looked for marked", async () => {
    const trip = await chat("A trip to Lisbon");
    const other = await chat("Something else");
    const messageId = await say(other, "Trams of lisbon, and hills.", { role: "user" });
    expect(await find("Lisbon ")).toEqual([
      {
        ...{ chatId: trip, messageId: null, role: null, isArchived: false, at: expect.any(Number) },
        title: [
          { text: "A trip to ", isMatch: false },
          { text: "Lisbon", isMatch: true },
        ],
        snippet: [{ text: "?", isMatch: false }],
      },
      {
        ...{ chatId: other, messageId, role: "user", isArchived: false, at: expect.any(Number) },
        title: [{ text: "Something else", isMatch: false }],
        snippet: [
          { text: "Trams of ", isMatch: false },
          { text: "lisbon", isMatch: true },
          { text: ", and hills.", isMatch: false },
        ],
      },
    ]);
  });

  it("is shown without Markdown where a model wrote it, and as it is where a person did", async () => {
    const id = await chat("A chat");
    await say(id, "**In short:** the `needle_` is here.", { role: "assistant" });
    await say(id, "**My** needle_ too", { role: "user" });
    expect(await snippets("needle")).toEqual(["**My** [needle]_ too", "In short: the [needle]_ is here."]);
    await db.updateTable("chat").set({ title: "Haystack", preview: "**In** `short`" }).where("id", "=", id).execute();
    expect(await snippets("haystack")).toEqual(["In short"]);
  });

  it("is a person's own", async () => {
    const stranger = await newcomer();
    await say(await chat("Plans", stranger), "a secret garden");
    expect(await find("secret")).toEqual([]);
    expect(await find("plans")).toEqual([]);
    const shared = await chat("Mine");
    await say(shared, "a secret of mine");
    expect(await snippets("secret")).toEqual(["a [secret] of mine"]);
    // A guest who becomes somebody keeps their chats.
    await db.updateTable("chat").set({ owner_id: stranger }).where("id", "=", shared).execute();
    expect(await find("secret")).toEqual([]);
    expect(await search(db, { ownerId: stranger, query: "secret" })).toHaveLength(2);
  });

  it("is neither deleted, nor hidden, nor an instruction, nor an answer that nobody will see", async () => {
    const deleted = await chat("needle deleted");
    await say(deleted, "needle");
    await db.updateTable("chat").set({ deleted_at: new Date() }).where("id", "=", deleted).execute();
    const kept = await chat("kept");
    await say(kept, "needle hidden", { hidden: true });
    await say(kept, "needle system", { role: "system" });
    const question = await say(kept, "a question", { role: "user" });
    await say(kept, "needle begun", { final: false, parentId: question });
    expect(await find("needle")).toEqual([]);
    await db.updateTable("chat").set({ answering_id: question, status: "running" }).where("id", "=", kept).execute();
    expect(await snippets("needle")).toEqual(["[needle] begun"]);
  });

  it("is in the archive as well, and says so", async () => {
    const chatId = await chat("Old");
    await say(chatId, "needle");
    await db.updateTable("chat").set({ archived_at: new Date() }).where("id", "=", chatId).execute();
    expect(await find("needle")).toMatchObject([{ chatId, isArchived: true }]);
  });

  it("is said in text only, and is found again as it is after it was changed", async () => {
    const chatId = await chat("Changing");
    const id = await say(chatId, "before");
    const parts = JSON.stringify([
      { type: "reasoning", text: "thoughts" },
      { type: "text", text: "after" },
    ]);
    await db.updateTable("message").set({ parts }).where("id", "=", id).execute();
    expect(await snippets("before")).toEqual([]);
    expect(await snippets("thoughts")).toEqual([]);
    expect(await snippets("after")).toEqual(["[after]"]);
  });
});

describe("a query", () => {
  it("finds words of which only the beginning is typed, from the second letter on", async () => {
    await say(await chat("c"), "Sourdough starter");
    expect(await snippets("so")).toEqual(["[Sourdough] starter"]);
    expect(await snippets("starter sourd")).toEqual(["[Sourdough] [starter]"]);
    expect(await snippets("s")).toEqual([]);
    expect(await snippets("sourd ")).toEqual([]);
    expect(await snippets("sourd starter")).toEqual([]);
  });

  it("finds phrases, either of two, and what is without a word", async () => {
    const chatId = await chat("c");
    await say(chatId, "red sky at night");
    await say(chatId, "night sky, red");
    expect(await snippets('"red sky"')).toEqual(["[red] [sky] at night"]);
    expect(await snippets("red -at")).toEqual(["night sky, [red]"]);
    expect(await snippets("at or missing ")).toEqual(["red sky [at] night"]);
  });

  it("finds the words of code, paths, addresses and tags", async () => {
    await say(await chat("c"), "See src/lib/app.ts, me@example.org, Array<string> and snake_case_name");
    for (const word of ["lib", "app", "app.ts", "src/lib/app.ts", "example", "me@example.org", "string", "case"])
      expect(await find(`${word} `), word).toHaveLength(1);
  });

  it.each([
    ...["", " ", "-", "'&|!:*", "\0", "\uD800", '"', '""', "or", "- -", "((", "a:*b", "\\", "'", "x\\", "%", "é̀"],
    ...["!!!foo", "foo <-> bar", "foo &", "| foo", "foo:*A", "-foo", '-"foo bar"', "<script>alert(1)</script>"],
    "ab \u202E cd",
  ])("%j harms nothing", async (query) => {
    expect(await find(query)).toEqual([]);
  });

  it("is cut when it is a page long", async () => {
    await say(await chat("c"), "needle");
    expect(await find(`needle ${"needle ".repeat(2000)}`)).toHaveLength(1);
    expect(await find("x".repeat(10_000))).toEqual([]);
    expect(await find("a-".repeat(5_000))).toEqual([]);
  });
});

describe("the order", () => {
  it("is by how well it matches, with three of one chat at most", async () => {
    const many = await chat("many");
    for (let n = 0; n < 5; n++) await say(many, `needle ${n} in a haystack`);
    const better = await chat("better");
    await say(better, "needle needle needle");
    const titled = await chat("The needle");
    const results = await find("needle ");
    expect(results.map(({ chatId }) => chatId)).toEqual([titled, better, many, many, many]);
    expect(await find("needle ", 2)).toHaveLength(2);
  });
});

describe("among a hundred thousand messages", () => {
  let crowded: string;
  beforeAll(async () => {
    crowded = await newcomer();
    await sql`
      insert into chat (id, owner_id, title, last_activity_at)
      select 'crowd ' || n, ${crowded}, 'Chat ' || n, now() - n * interval '1 hour' from generate_series(1, 5000) n`.execute(
      db,
    );
    // One by one into an index of words takes ten times as long.
    const [{ definition = "" } = {}] = await database.query<{ definition: string }>(
      "select pg_get_indexdef('message_search_idx'::regclass) as definition",
    );
    await sql`drop index message_search_idx`.execute(db);
    await sql`
      insert into message (chat_id, id, parent_id, role, parts, created_at)
      select 'crowd ' || n, 'm' || k, case when k > 1 then 'm' || (k - 1) end, 'assistant',
        jsonb_build_array(jsonb_build_object('type', 'text', 'text',
          'common words of message ' || k || case when n % 500 = 0 then ' seldom' else '' end)),
        now() - n * interval '1 hour' + k * interval '1 minute'
      from generate_series(1, 5000) n, generate_series(1, 20) k`.execute(db);
    await sql.raw(definition).execute(db);
    await sql`update chat set head_id = 'm20' where owner_id = ${crowded}`.execute(db);
    await sql`analyze message`.execute(db);
  }, 60_000);

  it("finds a word that occurs once, on a branch that nobody looks at", async () => {
    ownerId = crowded;
    const messageId = await say("crowd 4321", "It says quuxonce here.", { parentId: "m7" });
    await sql`update message set created_at = now() - interval '150 days' where id = ${messageId}`.execute(db);
    const found = await find("quuxonce");
    expect(found).toMatchObject([{ chatId: "crowd 4321", messageId }]);
    expect(marked(found[0]?.snippet ?? [])).toBe("It says [quuxonce] here.");
  });

  it("finds all of what is said seldom, and the newest of what is said always", async () => {
    ownerId = crowded;
    // Ten chats of twenty, three of each.
    const seldom = await find("seldom ", 100);
    expect(new Set(seldom.map(({ chatId }) => chatId)).size).toBe(10);
    const common = await find("common ");
    expect(common).toHaveLength(30);
    expect(common.every(({ chatId }) => Number(chatId.split(" ")[1]) < 100)).toBe(true);
  });
});

describe("besideChat", () => {
  it("finds what was said in the other chats of the same person, for the agent", async () => {
    const here = await chat("Here");
    const there = await chat("There");
    const elsewhere = await chat("Elsewhere", await newcomer());
    for (const chatId of [here, there, elsewhere]) await say(chatId, `The needle of ${chatId}`);
    expect(await besideChat(db, { chatId: here, query: "needle" })).toEqual([
      {
        ...{ chatId: there, title: "There", role: "assistant", excerpt: `The needle of ${there}` },
        saidAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      },
    ]);
    expect(await besideChat(db, { chatId: here, query: "need" })).toEqual([]);
    expect(await besideChat(db, { chatId: here, query: "'&|!:*" })).toEqual([]);
  });
});
