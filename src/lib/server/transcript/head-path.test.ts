import fc from "fast-check";
import { expect, it } from "vitest";
import { openTestDb } from "../../../../tests/support/test-db.ts";
import { HeadPath } from "./head-path.ts";

const ownerId = "user-1";
const { db } = await openTestDb(ownerId);

const text = (said: string) => JSON.stringify([{ type: "text", text: said }]);

async function newChat(): Promise<string> {
  const id = crypto.randomUUID();
  await db.insertInto("chat").values({ id, owner_id: ownerId, title: "A chat" }).execute();
  return id;
}

/** In one transaction, each below the one before it. */
async function add(chatId: string, ids: string[], below: string | null): Promise<void> {
  const rows = ids.map((id, at) => ({
    ...({ chat_id: chatId, id, parent_id: ids[at - 1] ?? below, role: at % 2 ? "assistant" : "user" } as const),
    parts: text(id),
  }));
  await db.insertInto("message").values(rows).execute();
}

const goTo = (chatId: string, id: string) =>
  db.updateTable("chat").set({ head_id: id }).where("id", "=", chatId).execute();

const change = (chatId: string, id: string, to: { parts?: string; hidden?: boolean }) =>
  db.updateTable("message").set(to).where("chat_id", "=", chatId).where("id", "=", id).execute();

/** Counts the messages whose contents came. */
function counting() {
  const counts: number[] = [];
  const counted = db.withPlugin({
    transformQuery: ({ node }) => node,
    transformResult: ({ result }) => {
      counts.push((result.rows[0]?.contents as unknown[] | null)?.length ?? 0);
      return Promise.resolve(result);
    },
  });
  return { counts, counted };
}

it("reads what was written since, and keeps the rest", async () => {
  const chatId = await newChat();
  await add(chatId, ["u1", "a1", "u2", "a2"], null);
  await goTo(chatId, "a2");
  const { counts, counted } = counting();
  const headPath = new HeadPath();
  const said = async () => (await headPath.read(counted, chatId, undefined)).path.map(({ parts }) => parts[0]);
  const words = (...ids: string[]) => ids.map((text) => ({ type: "text", text }));
  expect(await said()).toEqual(words("u1", "a1", "u2", "a2"));
  expect(await said()).toEqual(words("u1", "a1", "u2", "a2"));
  await add(chatId, ["u3"], "a2");
  await goTo(chatId, "u3");
  await change(chatId, "a1", { parts: text("changed") });
  expect(await said()).toEqual(words("u1", "changed", "u2", "a2", "u3"));
  expect(counts).toEqual([4, 0, 2]);
});

it("reads all again when a message was written with one that it knows, on another branch", async () => {
  const chatId = await newChat();
  await add(chatId, ["u1", "a1"], null);
  await db.transaction().execute(async (trx) => {
    const row = { chat_id: chatId, parent_id: "a1", role: "user", parts: text("u") } as const;
    await trx
      .insertInto("message")
      .values([
        { ...row, id: "here" },
        { ...row, id: "there" },
      ])
      .execute();
  });
  await goTo(chatId, "here");
  const headPath = new HeadPath();
  await headPath.read(db, chatId, undefined);
  await goTo(chatId, "there");
  expect((await headPath.read(db, chatId, undefined)).path.map(({ id }) => id)).toEqual(["u1", "a1", "there"]);
});

it("takes nothing of another chat for its own, though its messages are called the same and were written with it", async () => {
  const chats = [await newChat(), await newChat()] as const;
  const rows = chats.map((chat_id, n) => ({ chat_id, id: "u1", role: "user" as const, parts: text(`of ${n}`) }));
  await db.insertInto("message").values(rows).execute();
  for (const chatId of chats) await goTo(chatId, "u1");
  const headPath = new HeadPath();
  const said = async (chatId: string) => (await headPath.read(db, chatId, undefined)).path.map(({ parts }) => parts[0]);
  const expected = [[{ type: "text", text: "of 0" }], [{ type: "text", text: "of 1" }]];
  for (let turn = 0; turn < 3; turn++) {
    expect([await said(chats[0]), await said(chats[1])]).toEqual(expected);
    expect(await Promise.all(chats.map(said))).toEqual(expected);
  }
});

it("tells of an empty chat, of one that is not there and of a message that is known", async () => {
  const headPath = new HeadPath();
  const nothing = { headId: null, answeringId: null, isKnown: false, path: [] };
  expect(await headPath.read(db, crypto.randomUUID(), undefined)).toEqual(nothing);
  const chatId = await newChat();
  expect(await headPath.read(db, chatId, "u1")).toEqual(nothing);
  await add(chatId, ["u1"], null);
  expect(await headPath.read(db, chatId, "u1")).toEqual({ ...nothing, isKnown: true });
});

/** What anybody may do to a chat between two turns. */
type Step = { kind: "add" | "branch" | "change" | "hide" | "go" | "other"; at: number };

it("says what a reader says that knows nothing, whatever happens in between", async () => {
  const step: fc.Arbitrary<Step> = fc.record({
    kind: fc.constantFrom("add", "branch", "change", "hide", "go", "other"),
    at: fc.nat(30),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 12 }), async (steps) => {
      const [chatId, other] = [await newChat(), await newChat()];
      await add(other, ["u1"], null);
      await goTo(other, "u1");
      const headPath = new HeadPath();
      const ids: string[] = [];
      for (const [n, { kind, at }] of steps.entries()) {
        const target = ids[at % ids.length] ?? null;
        if (kind === "add" || kind === "branch" || target === null) {
          const made = [`u${n}`, `a${n}`];
          await add(chatId, made, kind === "add" ? (ids.at(-1) ?? null) : target);
          ids.push(...made);
          await goTo(chatId, `a${n}`);
        } else if (kind === "change") await change(chatId, target, { parts: text(`changed ${n}`) });
        else if (kind === "hide") await change(chatId, target, { hidden: at % 2 === 0 });
        else if (kind === "go") await goTo(chatId, target);
        else await headPath.read(db, other, undefined);
        expect(await headPath.read(db, chatId, target ?? undefined)).toEqual(
          await new HeadPath().read(db, chatId, target ?? undefined),
        );
      }
    }),
    { numRuns: 30 },
  );
});
