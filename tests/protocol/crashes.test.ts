import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { answer, Conversation, LONG, strikeAt, textOf } from "./conversation.ts";
import { startRig, type Rig } from "./harness.ts";

let rig: Rig;

beforeAll(async () => {
  rig = await startRig();
  await rig.startWorker();
});
afterAll(() => rig.stop());

describe("kill -9 in the middle of an answer", () => {
  let chat: Conversation;
  beforeEach(() => void (chat = new Conversation(rig.url)));

  it("of the run's process: the answer comes, whole, on the connection that was open", async () => {
    const text = await strikeAt(10, await chat.send(LONG), () => {
      for (const pid of rig.runPids()) process.kill(pid, "SIGKILL");
    });
    expect(text).toMatch(/ w59 w60$/);
    expect(text.match(/w10 /g)).toHaveLength(1);
    expect(await chat.ask("words=2")).toMatch(/^known=\d+ w1 w2$/);
  });

  it("of the run of a loop of somebody's own: its question is asked again, and none before it", async () => {
    const own = new Conversation(rig.url, { task: "hand-written" });
    expect(await own.ask("words=1")).toBe(answer(1, 1));
    const text = await strikeAt(10, await own.send(LONG), () => {
      for (const pid of rig.runPids()) process.kill(pid, "SIGKILL");
    });
    expect(text).toBe(`again ${answer(1, 60)}`);
    expect(await own.ask("words=2")).toBe(answer(3, 2));
  });

  it("of the worker: the answer comes when there is a worker again", async () => {
    const text = await strikeAt(10, await chat.send(LONG), async () => {
      await rig.killWorker();
      await rig.startWorker();
    });
    expect(text).toMatch(/ w59 w60$/);
  });

  it("of the engine, with its worker: the answer comes when they are back", async () => {
    const text = await strikeAt(10, await chat.send(LONG), async () => {
      await rig.killEngine();
      await rig.killWorker();
      await rig.startEngine();
      await rig.startWorker();
    });
    expect(text).toMatch(/ w59 w60$/);
  });

  it("of everything, while a message waits in the log: it is answered when they are back", async () => {
    await chat.ask("words=1");
    await rig.killWorker();
    const chunks = await chat.send("words=2");
    await rig.killEngine();
    await rig.startEngine();
    await rig.startWorker();
    expect(await textOf(chunks)).toBe(answer(3, 2));
  });
});
