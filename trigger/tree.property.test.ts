import type { MockChatAgentHarness } from "@trigger.dev/sdk/ai/test";
import fc from "fast-check";
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as forks from "../src/lib/server/forks.ts";
import * as heads from "../src/lib/server/heads.ts";
import * as messages from "../src/lib/server/messages.ts";
import { GO_ON, INSTRUCTIONS } from "../src/lib/tools/instructions.ts";
import { textOf } from "../src/lib/tools/message.ts";
import { ownerId, question, startTestAgent, type TestAgent } from "../tests/support/agent.ts";

let agent: TestAgent;
beforeAll(async () => {
  agent = await startTestAgent();
});
afterAll(() => agent.stop());

type Row = { id: string; parent_id: string | null; role: string; text: string; final: boolean; stopped: boolean };
type Sent = { message: ReturnType<typeof question> } | { action: { type: string } & Record<string, unknown> };

/** What happens to a turn: it is left alone, stopped, its run dies and another takes over, or the viewer goes elsewhere. */
const FATES = ["whole", "whole", "stopped", "crashed", "left"] as const;
type Fate = (typeof FATES)[number];
type Command =
  | { do: "send" | "edit" | "regenerate" | "continue"; fate: Fate; pick: number }
  | { do: "send-late" | "undo" | "switch" | "fork" | "replay"; pick: number };

const command: fc.Arbitrary<Command> = fc.oneof(
  fc.record({
    do: fc.constantFrom("send", "edit", "regenerate", "continue"),
    fate: fc.constantFrom(...FATES),
    pick: fc.nat(99),
  }),
  fc.record({ do: fc.constantFrom("send-late", "undo", "switch", "switch", "fork", "replay"), pick: fc.nat(99) }),
);

let marks = 0;
const say = () => `words=40 rate=5000 number ${++marks}`;

/** One chat, driven as its pages would, and what it must be like at any time. */
class Walk {
  harness!: MockChatAgentHarness;
  chatId = "";
  last: Sent | undefined;
  readonly firstRequest = agent.model.requests.length;
  readonly #seen = new Map<string, Row>();

  async begin() {
    const { chatId, question: first, harness } = await agent.start(say());
    Object.assign(this, { chatId, harness });
    await this.turn({ message: first }, "", "whole");
  }

  get which() {
    return { ownerId, chatId: this.chatId };
  }

  async rows(chatId = this.chatId): Promise<Row[]> {
    const rows = await agent.db
      .selectFrom("message")
      .selectAll()
      .where("chat_id", "=", chatId)
      .orderBy("seq")
      .execute();
    return rows.map((row) => ({ ...row, text: textOf(row) }));
  }

  async shown(): Promise<Row[]> {
    const rows = new Map((await this.rows()).map((row) => [row.id, row]));
    return (await agent.open(this.chatId)).messages.flatMap(({ id }) => rows.get(id) ?? []);
  }

  send(sent: Sent, harness = this.harness) {
    return "message" in sent ? harness.sendMessage(sent.message) : harness.sendAction(sent.action);
  }

  /**
   * Sends it and waits for the end of its turn, whatever happens to it after `words` words. Whether the viewer is still
   * there.
   */
  async turn(sent: Sent, prompt: string, fate: Fate, words = 3): Promise<boolean> {
    this.last = sent;
    const before = agent.model.requests.length;
    const release = fate === "whole" ? () => {} : agent.model.hold(prompt, words);
    const turn = this.send(sent);
    if (fate !== "whole") {
      await expect.poll(() => agent.model.requests[before]?.sent, { interval: 5 }).toBe(words);
      // The model is asked while the question is being stored.
      const answering = async () => (await agent.open(this.chatId)).answering;
      await expect.poll(answering, { interval: 5 }).toMatchObject({ isShown: true });
    }
    let stays = true;
    if (fate === "stopped") await this.harness.sendStop();
    if (fate === "left") stays = !(await this.leave());
    if (fate === "crashed") await this.#kill(turn);
    release();
    await (fate === "crashed" ? this.send(sent) : turn);
    await this.settled();
    return stays;
  }

  /** The process is gone in the middle of it: nothing of its end reaches the database. */
  async #kill(turn: Promise<unknown>) {
    await agent.db.updateTable("chat").set({ run_id: "run_next" }).where("id", "=", this.chatId).execute();
    turn.catch(() => {});
    await this.harness.close();
    expect(await agent.open(this.chatId)).toMatchObject({ isRunning: true });
    this.harness = agent.run(this.chatId, { mode: "continuation", previousRunId: "run_test" });
  }

  /** Looks at another branch, if there is one. */
  async leave(): Promise<boolean> {
    const { branches, messages: shown } = await agent.open(this.chatId);
    const onPath = new Set(shown.map((message) => message.id));
    for (const [parentId, entries] of Object.entries(branches)) {
      const other = entries.find(({ id }) => id !== null && !onPath.has(id));
      if (!other) continue;
      await heads.visit(agent.db, this.which, { parentId: parentId || null, id: other.id });
      expect((await agent.open(this.chatId)).answering).toMatchObject({ isShown: false });
      return true;
    }
    return false;
  }

  async settled() {
    await expect.poll(async () => (await agent.open(this.chatId)).chat.status, { interval: 5 }).toBe("idle");
  }

  /** No row is lost, none of a finished message changes, and every path is a conversation that a model was given. */
  async check() {
    const rows = await this.rows();
    const byId = new Map(rows.map((row) => [row.id, row]));
    for (const [id, was] of this.#seen) {
      const is = byId.get(id);
      expect(is).toMatchObject({ parent_id: was.parent_id, role: was.role });
      if (was.final) expect(is?.text).toBe(was.text);
      else expect(is?.text.startsWith(was.text)).toBe(true);
    }
    for (const row of rows) this.#seen.set(row.id, row);

    const given = agent.model.requests
      .slice(this.firstRequest)
      .map((request) => request.messages.map(({ content }) => content).filter((text) => text !== INSTRUCTIONS));
    const pathOf = (id: string | null): string[] => {
      const row = id === null ? undefined : byId.get(id);
      return row ? [...pathOf(row.parent_id), row.text] : [];
    };
    for (const row of rows.filter((row) => row.role === "assistant")) {
      const above = pathOf(row.parent_id);
      expect(given).toContainEqual(above);
    }
    for (const context of given.filter((context) => context.at(-1) === GO_ON)) {
      const [text = "", above] = [context.at(-2), context.slice(0, -2)];
      const isThere = rows.some(
        (row) => row.text.startsWith(text) && JSON.stringify(pathOf(row.parent_id)) === JSON.stringify(above),
      );
      expect(isThere).toBe(true);
    }
    const chat = await agent.open(this.chatId);
    expect(chat).toMatchObject({ isRunning: false, answering: null, chat: { status: "idle" } });
  }
}

async function perform(walk: Walk, command: Command) {
  const pick = <T>(from: T[]): T | undefined => from[command.pick % Math.max(1, from.length)];
  const all = await walk.rows();
  const before = await walk.shown();
  const ids = before.map((row) => row.id);
  const questions = before.filter((row) => row.role === "user");
  const answers = before.filter((row) => row.role === "assistant");
  const after = async () => (await walk.shown()).map((row) => row.id);

  switch (command.do) {
    case "send": {
      const text = say();
      const message = question(crypto.randomUUID(), text, ids.at(-1) ?? null);
      if (await walk.turn({ message }, text, command.fate))
        expect((await after()).slice(0, -1)).toEqual([...ids, message.id]);
      return;
    }
    case "send-late": {
      // A page that is out of date: what it saw last may be on another branch.
      const saw = pick(all);
      const message = question(crypto.randomUUID(), say(), saw?.id ?? null);
      await walk.turn({ message }, "", "whole");
      const isShown = saw === undefined || ids.includes(saw.id);
      const rows = await messages.path(agent.db, walk.chatId, isShown ? (ids.at(-1) ?? null) : saw.id);
      expect((await after()).slice(0, -1)).toEqual([...rows.map((row) => row.id), message.id]);
      return;
    }
    case "edit": {
      const target = pick(questions);
      if (!target) return;
      const text = say();
      const message = { id: crypto.randomUUID(), parts: [{ type: "text", text }] };
      const stays = await walk.turn({ action: { type: "edit", messageId: target.id, message } }, text, command.fate);
      const above = ids.slice(0, ids.indexOf(target.id));
      if (stays) expect((await after()).slice(0, -1)).toEqual([...above, message.id]);
      return;
    }
    case "regenerate": {
      const target = pick(answers);
      if (!target) return;
      const attempt = crypto.randomUUID();
      const prompt = before.find((row) => row.id === target.parent_id)?.text ?? "";
      const action = { type: "regenerate", messageId: target.id, attempt };
      const stays = await walk.turn({ action }, prompt, command.fate);
      if (stays) expect(await after()).toEqual([...ids.slice(0, ids.indexOf(target.id)), attempt]);
      return;
    }
    case "continue": {
      const target = before.at(-1);
      // What was followed up stays as it is.
      if (!target?.stopped || all.some((row) => row.parent_id === target.id)) return;
      const action = { type: "continue", messageId: target.id, attempt: crypto.randomUUID() };
      const prompt = before.at(-2)?.text ?? "";
      const stays = await walk.turn({ action }, prompt, command.fate, target.text.split(" ").length + 2);
      if (stays) expect(await after()).toEqual(ids);
      const continued = (await walk.rows()).find((row) => row.id === target.id);
      expect(continued?.stopped).toBe(command.fate === "stopped");
      return;
    }
    case "undo": {
      const target = questions.at(-1);
      if (!target) return;
      for (let twice = 0; twice < 2; twice++) await heads.undo(agent.db, walk.which, target.id);
      expect(await after()).toEqual(ids.slice(0, ids.indexOf(target.id)));
      return;
    }
    case "switch": {
      const target = pick(all);
      if (!target) return;
      await heads.visit(agent.db, walk.which, { parentId: target.parent_id, id: target.id });
      expect(await after()).toContain(target.id);
      return;
    }
    case "fork": {
      const target = pick(answers);
      if (!target) return;
      const fork = await forks.create(agent.db, { ...walk.which, messageId: target.id });
      const copied = (await walk.rows(fork?.chatId)).map((row) => [row.id, row.text]);
      expect(copied).toEqual(before.slice(0, ids.indexOf(target.id) + 1).map((row) => [row.id, row.text]));
      return;
    }
    case "replay": {
      if (!walk.last) return;
      const requests = agent.model.requests.length;
      await walk.send(walk.last);
      await walk.settled();
      expect(agent.model.requests).toHaveLength(requests);
      expect(await walk.rows()).toHaveLength(all.length);
      expect(await after()).toEqual(ids);
      return;
    }
  }
}

it("is a tree whose every path happened and that loses nothing, whatever people and crashes do to it", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(command, { minLength: 4, maxLength: 14 }), async (commands) => {
      const walk = new Walk();
      await walk.begin();
      try {
        for (const command of commands) {
          await perform(walk, command);
          await walk.check();
        }
      } finally {
        await walk.harness.close();
      }
    }),
    { numRuns: Number(process.env.TREE_RUNS ?? 10), endOnFailure: true },
  );
}, 300_000);

describe("a turn in a long conversation", () => {
  it("writes its own rows and the place that the head left, and no other", async () => {
    const walk = new Walk();
    await walk.begin();
    for (let turn = 0; turn < 6; turn++) await perform(walk, { do: "send", fate: "whole", pick: 0 });
    await sqlOf(
      "create table written (id text)",
      `create function count_written() returns trigger language plpgsql as
        $$ begin insert into written values (new.id); return null; end $$`,
      "create trigger count_written after insert or update on message for each row execute function count_written()",
    );
    const written = async (command: Command) => {
      await sql`delete from written`.execute(agent.db);
      const before = await walk.shown();
      await perform(walk, command);
      const shown = await walk.shown();
      const { rows } = await sql<{ id: string }>`select id from written order by id`.execute(agent.db);
      return { before, shown, ids: rows.map((row) => row.id).sort() };
    };
    const sent = await written({ do: "send", fate: "whole", pick: 0 });
    expect(sent.ids).toEqual(
      sent.shown
        .slice(-2)
        .map((row) => row.id)
        .sort(),
    );
    // A run that takes over has everything to learn, and nothing to write.
    await walk.harness.close();
    walk.harness = agent.run(walk.chatId, { mode: "continuation", previousRunId: "run_test" });
    const again = await written({ do: "send", fate: "whole", pick: 0 });
    expect(again.ids).toEqual(
      again.shown
        .slice(-2)
        .map((row) => row.id)
        .sort(),
    );
    const edited = await written({ do: "edit", fate: "whole", pick: 1 });
    expect(edited.ids).toEqual([...edited.shown.slice(-2), ...edited.before.slice(2, 3)].map((row) => row.id).sort());
    await walk.harness.close();
  }, 60_000);

  async function sqlOf(...statements: string[]) {
    for (const statement of statements) await sql.raw(statement).execute(agent.db);
  }
});
