import { runs, sessions, tasks } from "@trigger.dev/sdk";
import { chat, defaultStorage } from "@trigger.dev/sdk/ai";
import { AgentChat } from "@trigger.dev/sdk/chat";
import type { UIMessage, UIMessageChunk } from "ai";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { answer, Conversation, currentRun, LONG, strikeAt } from "./conversation.ts";
import { startRig, type Rig } from "./harness.ts";
import { frames } from "./worker/trigger/lives.ts";

let rig: Rig;

beforeAll(async () => {
  rig = await startRig();
  await rig.startWorker();
});
afterAll(() => rig.stop());

const isOver = (run: string) =>
  vi.waitFor(async () => expect((await runs.retrieve(run)).isCompleted).toBe(true), { timeout: 30_000 });

const textsOf = (messages: UIMessage[]) =>
  messages.map(({ parts }) => parts.map((part) => (part.type === "text" ? part.text : "")).join(""));

describe("an agent without storage of its own", () => {
  it("remembers over several turns, and after its run has ended", async () => {
    const page = new Conversation(rig.url, { task: "brief" });
    const { id } = page;
    expect(await page.ask("words=1")).toBe(answer(1, 1));
    expect(await page.ask("words=1")).toBe(answer(3, 1));
    await isOver(await currentRun(page.id));
    expect(await page.ask("words=1")).toBe(answer(5, 1));

    // The run saves an answer after it has told the page that the turn is over.
    const load = chat.createLoadTranscriptAction(defaultStorage, { limit: 4 });
    const { messages, nextCursor } = await vi.waitFor(
      async () => {
        const page = await load({ chatId: id });
        expect(page.messages.map(({ role }) => role)).toEqual(["user", "assistant", "user", "assistant"]);
        return page;
      },
      { timeout: 10_000 },
    );
    expect(textsOf(messages)).toEqual(["words=1", answer(3, 1), "words=1", answer(5, 1)]);
    const earlier = await defaultStorage.load({ chatId: id } as never, { limit: 4, before: nextCursor });
    expect(textsOf(earlier.messages)).toEqual(["words=1", answer(1, 1)]);
    expect(earlier.nextCursor).toBeUndefined();
  });
});

describe("a server that talks to an agent", () => {
  const open = (options: object = {}) => {
    new Conversation(rig.url);
    return new AgentChat({ agent: "scripted", ...options });
  };

  it("holds a conversation, goes on with it in another request, and closes it", async () => {
    let cursor: string | undefined;
    const id = crypto.randomUUID();
    const first = open({ id, onTurnComplete: (event: { lastEventId?: string }) => void (cursor = event.lastEventId) });
    expect(await (await first.sendMessage("words=2")).text()).toBe(answer(1, 2));
    expect(await (await first.sendMessage("words=2")).text()).toBe(answer(3, 2));
    const run = await currentRun(id);
    const second = open({ id, session: { lastEventId: cursor } });
    expect(await (await second.sendMessage("words=1")).text()).toBe(answer(5, 1));
    expect(await currentRun(id)).toBe(run);
    await second.close();
    await isOver(run);
  });

  it("stops an answer, and gets the next one", async () => {
    const agent = open();
    const stream = await agent.sendMessage("words=1000 every=20");
    let text = "";
    for await (const chunk of stream) {
      if (chunk.type !== "text-delta") continue;
      if (text === "") await agent.stop();
      text += chunk.delta;
    }
    expect(text.split(" ").length).toBeLessThan(100);
    expect(await (await agent.sendMessage("words=1")).text()).toMatch(/^known=\d+ w1$/);
    await agent.close();
  });
});

describe("a task that asks an agent", () => {
  it("holds a conversation with it, and goes on with what it heard", async () => {
    new Conversation(rig.url);
    const { id } = await tasks.trigger("asking", { questions: ["words=2", "words=1"] });
    const { output } = await runs.poll(id, { pollIntervalMs: 50 });
    expect(output).toEqual([answer(1, 2), answer(3, 1)]);
  });
});

describe("an agent that asks another agent", () => {
  it("passes the other's answer on while it comes, and goes on with it", async () => {
    const page = new Conversation(rig.url, { task: "lead" });
    const chunks: UIMessageChunk[] = [];
    for await (const chunk of await page.send("ask")) chunks.push(chunk);
    const parts = chunks.filter(({ type }) => type === "data-subagent");
    expect(parts.length).toBeGreaterThan(2);
    const output = chunks.find((chunk) => chunk.type === "tool-output-available");
    expect(JSON.stringify(output)).toContain(answer(1, 20));
    const words = chunks.flatMap((chunk) => (chunk.type === "text-delta" ? [chunk.delta] : [])).join("");
    expect(words).toMatch(/^known=\d+ w1$/);
    expect(chunks.indexOf(parts[0] as UIMessageChunk)).toBeLessThan(chunks.indexOf(output as UIMessageChunk));
  });

  it("stops the other one when it is stopped", async () => {
    const page = new Conversation(rig.url, { task: "lead" });
    let other = "";
    for await (const chunk of await page.send("ask")) {
      if (chunk.type !== "data-subagent" || other !== "") continue;
      const listed = await sessions.list({ taskIdentifier: "scripted", limit: 1 });
      other = listed.data[0]?.id ?? "";
      await page.transport.stopGeneration(page.id);
    }
    expect(other).not.toBe("");
    await isOver(await currentRun(other));
  });
});

describe("a channel of a session", () => {
  it("carries records both ways beside the conversation, and wakes nothing", async () => {
    const page = new Conversation(rig.url, { task: "showing" });
    await page.transport.preload(page.id);
    const channel = sessions.open(page.id).channel(frames);
    const asking = page.ask("words=1");
    const seen: unknown[] = [];
    for await (const frame of await channel.out.read()) {
      seen.push(frame);
      if (seen.length === 3) break;
    }
    expect(seen).toEqual([{ frame: 1 }, { frame: 2 }, { frame: 3 }]);
    // A channel's input is heard by who listens when it comes: the run may still be on its way to that.
    let said: string | undefined;
    void asking.then((text) => (said = text));
    await vi.waitFor(
      async () => {
        await channel.in.send({ paused: true });
        expect(said).toBe(`paused=true ${answer(1, 1)}`);
      },
      { timeout: 30_000, interval: 100 },
    );

    const run = await currentRun(page.id);
    await runs.cancel(run);
    await isOver(run);
    await channel.in.send({ paused: false });
    expect(await currentRun(page.id)).toBe(run);
    await sessions.close(page.id);
    await expect(channel.in.send({ paused: false })).rejects.toMatchObject({ status: 409 });
  });
});

describe("what a session's owner asks of its runs", () => {
  it("reaches each of them, the first and its continuation", async () => {
    new Conversation(rig.url);
    const id = crypto.randomUUID();
    const version = (await runs.list({ taskIdentifier: "scripted", limit: 1 })).data[0]?.version ?? "";
    const agent = new AgentChat({
      agent: "brief",
      id,
      triggerConfig: {
        basePayload: {},
        tags: ["given"],
        queue: "side",
        machine: "medium-1x",
        maxDuration: 3600,
        maxAttempts: 2,
        lockToVersion: version,
        ttl: "1h",
      },
    });
    await (await agent.sendMessage("words=1")).text();
    const first = await currentRun(id);
    await isOver(first);
    await (await agent.sendMessage("words=1")).text();
    const second = await currentRun(id);
    expect(second).not.toBe(first);
    const listed = await runs.list({
      tag: "given",
      queue: { type: "custom", name: "side" },
      machine: "medium-1x",
      version,
    });
    expect(listed.data.map((run) => run.id)).toEqual([second, first]);
    expect(listed.data.map(({ ttl }) => ttl)).toEqual(["1h", "1h"]);
  });

  it.each([
    ["lockToVersion", { lockToVersion: "20000101.1" }, 422],
    ["region", { region: "eu" }, 400],
    ["externalDeploymentId", { externalDeploymentId: "abc" }, 400],
    ["ttl", { ttl: "a while" }, 400],
  ])("is refused when this engine cannot honour it: %s", async (_, config, status) => {
    new Conversation(rig.url);
    const externalId = crypto.randomUUID();
    const triggerConfig = { basePayload: {}, ...config };
    const start = sessions.start({ type: "chat.agent", externalId, taskIdentifier: "scripted", triggerConfig });
    await expect(start).rejects.toMatchObject({ status });
    await expect(sessions.retrieve(externalId)).rejects.toMatchObject({ status: 404 });
  });
});

describe("a run that crashes", () => {
  it("is tried again when its owner allows it: the same run, the next attempt", async () => {
    const id = crypto.randomUUID();
    new Conversation(rig.url);
    const agent = new AgentChat({ agent: "scripted", id, triggerConfig: { basePayload: {}, maxAttempts: 2 } });
    const text = await strikeAt(10, await agent.sendMessage(LONG), () => {
      for (const pid of rig.runPids()) process.kill(pid, "SIGKILL");
    });
    expect(text).toMatch(/ w59 w60$/);
    const run = await runs.retrieve(await currentRun(id));
    expect(run.attemptCount).toBe(2);
    await agent.close();
  });
});
