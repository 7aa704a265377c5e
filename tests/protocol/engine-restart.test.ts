import { runs } from "@trigger.dev/sdk";
import pg from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { answer, Conversation, currentRun, LONG, strikeAt, textOf } from "./conversation.ts";
import { startRig, type Rig } from "./harness.ts";

let rig: Rig;
let db: pg.Client;

beforeAll(async () => {
  rig = await startRig();
  await rig.startWorker();
  db = new pg.Client({ connectionString: rig.databaseUrl });
  await db.connect();
});
afterAll(async () => {
  await db.end();
  await rig.stop();
});

async function restart(): Promise<void> {
  await rig.killEngine();
  await rig.startEngine();
}

/** Holds up whoever writes to this table until it is released. */
async function lockTable(table: string): Promise<() => Promise<void>> {
  const locker = new pg.Client({ connectionString: rig.databaseUrl });
  await locker.connect();
  await locker.query(`begin; lock table engine.${table} in exclusive mode`);
  return async () => {
    await locker.query("rollback");
    await locker.end();
  };
}

const waitingFor = async (statement: string) => {
  const like = `%${statement}%`;
  const { rows } = await db.query(
    "select 1 from pg_stat_activity where wait_event_type = 'Lock' and query ilike $1 and datname = current_database()",
    [like],
  );
  return rows.length > 0;
};

describe("kill -9 of the engine alone", () => {
  let chat: Conversation;
  beforeEach(() => void (chat = new Conversation(rig.url)));

  it.each([1, 20, 59])(
    "at word %i: the same run goes on where it was, nothing lost and nothing twice",
    async (word) => {
      await chat.ask("words=1");
      const run = await currentRun(chat.id);
      expect(await strikeAt(word, await chat.send(LONG), restart)).toBe(answer(3, 60));
      expect(await chat.ask("words=2")).toBe(answer(5, 2));
      expect(await currentRun(chat.id)).toBe(run);
    },
  );

  it("with three seconds until the next one: still nothing is lost", async () => {
    await chat.ask("words=1");
    const run = await currentRun(chat.id);
    const text = await strikeAt(20, await chat.send(LONG), async () => {
      await rig.killEngine();
      await new Promise((resolve) => setTimeout(resolve, 3000));
      await rig.startEngine();
    });
    expect(text).toBe(answer(3, 60));
    expect(await chat.ask("words=2")).toBe(answer(5, 2));
    expect(await currentRun(chat.id)).toBe(run);
  });

  it("while the end of a turn is being written: one end, and the next turn is whole", async () => {
    await chat.ask("words=1");
    const run = await currentRun(chat.id);
    let release = () => Promise.resolve();
    const text = await strikeAt(60, await chat.send(LONG), async () => {
      release = await lockTable("session");
      // The end of a turn is the only write of a turn that touches the session.
      await vi.waitFor(async () => expect(await waitingFor("answered_in_seq")).toBe(true), { timeout: 10_000 });
      await rig.killEngine();
      await release();
      await rig.startEngine();
    });
    expect(text).toBe(answer(3, 60));
    expect(await chat.ask("words=3")).toBe(answer(5, 3));
    expect(await currentRun(chat.id)).toBe(run);
  });

  it("while a run sleeps at a waitpoint: the next message wakes it", async () => {
    chat = new Conversation(rig.url, { task: "sleeper" });
    await chat.ask("words=1");
    const run = await currentRun(chat.id);
    const isAsleep = async () =>
      (await db.query("select 1 from engine.waitpoint where run_id = $1 and is_blocking", [run])).rows.length > 0;
    await vi.waitFor(async () => expect(await isAsleep()).toBe(true), { timeout: 20_000, interval: 100 });
    await restart();
    expect(await chat.ask("words=2")).toBe(answer(3, 2));
    expect(await currentRun(chat.id)).toBe(run);
  });

  it("with a message that comes while it is away: it is accepted, and answered by the same run", async () => {
    await chat.ask("words=1");
    const run = await currentRun(chat.id);
    await rig.killEngine();
    // A connection that just broke may be taken for an open one: then it is sent again, as a person does it.
    const id = crypto.randomUUID();
    const answered = chat.ask("words=2", id).catch(() => chat.ask("words=2", id));
    await rig.startEngine();
    expect(await answered).toBe(answer(3, 2));
    expect(await currentRun(chat.id)).toBe(run);
  });

  it("while a run is given out: another attempt is made within seconds", async () => {
    await chat.ask("words=1");
    const release = await lockTable("snapshot");
    const second = new Conversation(rig.url);
    const chunks = await second.send("words=4");
    await vi.waitFor(async () => expect(await waitingFor('insert into "engine"."snapshot"')).toBe(true), {
      timeout: 10_000,
    });
    await rig.killEngine();
    await release();
    await rig.startEngine();
    expect(await textOf(chunks)).toBe(answer(1, 4));
  });

  it("with its worker's runs killed in its absence: they are continued as soon as the worker is asked", async () => {
    await chat.ask("words=1");
    const first = await currentRun(chat.id);
    const text = await strikeAt(20, await chat.send(LONG), async () => {
      await rig.killEngine();
      await rig.killWorker();
      await rig.startEngine();
      await rig.startWorker();
    });
    expect(text).toMatch(/ w59 w60$/);
    expect((await runs.retrieve(first)).status).toBe("SYSTEM_FAILURE");
  });
});
