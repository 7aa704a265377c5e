import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { runs, sessions } from "@trigger.dev/sdk";
import type { UIMessageChunk } from "ai";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { answer, Conversation, currentRun, textOf } from "./conversation.ts";
import { startRig, type Rig } from "./harness.ts";

let rig: Rig;
let directory: string;

beforeAll(async () => {
  rig = await startRig();
  directory = rig.copyWorker();
  await rig.startWorker(directory);
});
afterAll(() => rig.stop());

/** Edits the agent while the worker watches, and waits until the worker asks for runs of the new build. */
async function rebuild(from: string, to: string): Promise<void> {
  const file = join(directory, "trigger", "lives.ts");
  const builds = await registered();
  writeFileSync(file, readFileSync(file, "utf8").replace(`BUILD = "${from}"`, `BUILD = "${to}"`));
  await vi.waitFor(async () => expect(await registered()).toBe(builds + 1), { timeout: 60_000, interval: 100 });
}

async function registered(): Promise<number> {
  const { default: pg } = await import("pg");
  const client = new pg.Client({ connectionString: rig.databaseUrl });
  await client.connect();
  const { rows } = await client.query<{ count: string }>("select count(*) from engine.worker");
  await client.end();
  return Number(rows[0]?.count);
}

describe("a worker that rebuilds while chats are alive", () => {
  it("leaves them on their build; a chat asked to upgrade goes on with the new one on the same connection", async () => {
    const staying = new Conversation(rig.url, { task: "versioned" });
    const moving = new Conversation(rig.url, { task: "versioned" });
    expect(await staying.ask("words=1")).toBe(`one ${answer(1, 1)}`);
    expect(await moving.ask("words=1")).toBe(`one ${answer(1, 1)}`);
    const [stayed, moved] = [await currentRun(staying.id), await currentRun(moving.id)];
    const cut = await staying.send("words=200 every=20");

    await rebuild("one", "two");

    expect(await textOf(cut)).toBe(`one ${answer(3, 200)}`);
    expect(await staying.ask("words=2")).toBe(`one ${answer(5, 2)}`);
    expect(await currentRun(staying.id)).toBe(stayed);

    // The message that asks for the upgrade is answered by the new build, on the connection that was open.
    const chunks: UIMessageChunk[] = [];
    for await (const chunk of await moving.send("words=3 upgrade=one")) chunks.push(chunk);
    expect(chunks.filter(({ type }) => type === "start")).toHaveLength(1);
    expect(await textOf(replay(chunks))).toBe(`two ${answer(3, 3)}`);
    expect(await currentRun(moving.id)).not.toBe(moved);
    expect(await moving.ask("words=1 upgrade=one")).toBe(`two ${answer(5, 1)}`);

    const before = await runs.retrieve(moved);
    const after = await runs.retrieve(await currentRun(moving.id));
    expect([before.version, after.version].map((version) => version?.split(".")[1])).toEqual(["1", "2"]);
    await vi.waitFor(async () => expect((await runs.retrieve(moved)).status).toBe("COMPLETED"), { timeout: 20_000 });
  });

  it("gives a chat that asked during its answer to the new build with its next message", async () => {
    const chat = new Conversation(rig.url, { task: "versioned" });
    expect(await chat.ask("words=1")).toBe(`two ${answer(1, 1)}`);
    await rebuild("two", "three");
    expect(await chat.ask("words=2 upgrade-after=two")).toBe(`two ${answer(3, 2)}`);
    expect(await chat.ask("words=2")).toBe(`three ${answer(5, 2)}`);
  });
});

describe("an agent that ends its run", () => {
  it("is followed by another one when the next message comes", async () => {
    const chat = new Conversation(rig.url, { task: "leaving" });
    await chat.ask("words=1 leave");
    const first = await currentRun(chat.id);
    await vi.waitFor(async () => expect((await runs.retrieve(first)).status).toBe("COMPLETED"), { timeout: 20_000 });
    expect(await chat.ask("words=2")).toBe(answer(3, 2));
    expect(await currentRun(chat.id)).not.toBe(first);
  });
});

describe("a loop of somebody's own that hands its session on", () => {
  it("is followed by another run, which answers the next message and says that it has taken it in", async () => {
    const chat = new Conversation(rig.url, { task: "hand-written" });
    const statuses = async () => (await runs.list({ tag: `chat:${chat.id}` })).data.map(({ status }) => status);
    const handedOver = (times: number) =>
      vi.waitFor(
        async () => expect(await statuses()).toEqual(["EXECUTING", ...Array<string>(times).fill("COMPLETED")]),
        { timeout: 20_000 },
      );
    expect(await chat.ask("words=1 hand-over")).toBe(answer(1, 1));
    await handedOver(1);
    expect(await chat.ask("words=2")).toBe(`again ${answer(1, 2)}`);
    // At once: the message may come before, between or after the two runs' change.
    expect(await chat.ask("words=3 hand-over")).toBe(answer(3, 3));
    expect(await chat.ask("words=2")).toBe(`again ${answer(1, 2)}`);
    await handedOver(2);
  });
});

describe("an agent that closes its session", () => {
  it("is not followed by anything: the session carries the reason, and takes no message", async () => {
    const chat = new Conversation(rig.url, { task: "leaving" });
    expect(await chat.ask("words=1 close=budget")).toBe(answer(1, 1));
    await vi.waitFor(async () => expect((await sessions.retrieve(chat.id)).closedAt).not.toBeNull(), {
      timeout: 20_000,
    });
    expect((await sessions.retrieve(chat.id)).closedReason).toBe("budget");
    const run = await currentRun(chat.id);
    await vi.waitFor(async () => expect((await runs.retrieve(run)).status).toBe("COMPLETED"), { timeout: 20_000 });
    await expect(chat.ask("words=2")).rejects.toThrow();
    expect(await currentRun(chat.id)).toBe(run);
  });
});

async function* replay(chunks: UIMessageChunk[]) {
  yield* chunks;
}
