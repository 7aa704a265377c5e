import { runs } from "@trigger.dev/sdk";
import { chat } from "@trigger.dev/sdk/chat-server";
import type { streamText, UIMessageChunk } from "ai";
import { convertArrayToReadableStream, MockLanguageModelV4 } from "ai/test";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { answer, Conversation, currentRun, tokenFor } from "./conversation.ts";
import { startRig, type Rig } from "./harness.ts";

let rig: Rig;

beforeAll(async () => {
  rig = await startRig();
  await rig.startWorker();
});
afterAll(() => rig.stop());

describe("turns", () => {
  it("are answered one after another by one run, which knows what was said", async () => {
    const chat = new Conversation(rig.url);
    expect(await chat.ask("words=200 every=1")).toBe(answer(1, 200));
    const run = await currentRun(chat.id);
    expect(await chat.ask("words=3")).toBe(answer(3, 3));
    expect(await chat.ask("words=3")).toBe(answer(5, 3));
    expect(await currentRun(chat.id)).toBe(run);
  });

  it("wake a run that sleeps at a waitpoint", async () => {
    const chat = new Conversation(rig.url, { task: "sleeper" });
    await chat.ask("words=1");
    const run = await currentRun(chat.id);
    await vi.waitFor(async () => expect(await isWaiting(run)).toBe(true), { timeout: 20_000, interval: 100 });
    expect(await chat.ask("words=2")).toBe(answer(3, 2));
    expect(await currentRun(chat.id)).toBe(run);
  });

  it("go on in a new run after the last one has ended, with the whole history", async () => {
    const chat = new Conversation(rig.url, { task: "brief" });
    await chat.ask("words=1");
    const first = await currentRun(chat.id);
    await vi.waitFor(async () => expect((await runs.retrieve(first)).isCompleted).toBe(true), { timeout: 30_000 });
    expect(await chat.ask("words=2")).toBe(answer(3, 2));
    expect(await currentRun(chat.id)).not.toBe(first);
  });

  it("are answered once when their request is sent again with the same message", async () => {
    const chat = new Conversation(rig.url);
    expect(await chat.ask("words=2", "message-1")).toBe(answer(1, 2));
    expect(await chat.ask("words=2")).toBe(answer(3, 2));
  });

  it("stop when they are told to, and the next one follows", async () => {
    const chat = new Conversation(rig.url);
    let text = "";
    for await (const chunk of await chat.send("words=1000 every=20")) {
      if (chunk.type !== "text-delta") continue;
      if (text === "") await chat.transport.stopGeneration(chat.id);
      text += chunk.delta;
    }
    expect(text.split(" ").length).toBeLessThan(100);
    expect(await chat.ask("words=2")).toMatch(/^known=\d+ w1 w2$/);
  });
});

async function isWaiting(run: string): Promise<boolean> {
  const { default: pg } = await import("pg");
  const client = new pg.Client({ connectionString: rig.databaseUrl });
  await client.connect();
  const { rows } = await client.query("select 1 from engine.waitpoint where run_id = $1 and is_blocking", [run]);
  await client.end();
  return rows.length > 0;
}

describe("a page that is loaded in the middle of an answer", () => {
  it("sees the whole of it", async () => {
    const chat = new Conversation(rig.url);
    const first = (await chat.send("words=50 every=20"))[Symbol.asyncIterator]();
    // By hand: leaving a `for await` early would cancel the request, and with it the answer.
    for (let words = 0; words < 10;) {
      const { value } = (await first.next()) as { value: UIMessageChunk };
      if (value.type === "text-delta") words += 1;
    }
    const page = new Conversation(rig.url, {
      id: chat.id,
      session: { publicAccessToken: "expired", isStreaming: true },
    });
    expect(await page.resume()).toBe(answer(1, 50));
  });

  it("sees only the second turn when it knows where the first one ended", async () => {
    const chat = new Conversation(rig.url);
    await chat.ask("words=2");
    const session = chat.transport.getSession(chat.id);
    await chat.send("words=30 every=20");
    const page = new Conversation(rig.url, {
      id: chat.id,
      session: { ...session, isStreaming: true, activeInputSeq: 1 },
    });
    expect(await page.resume()).toBe(answer(3, 30));
  });

  it("is told at once when there is nothing under way", async () => {
    const chat = new Conversation(rig.url);
    await chat.ask("words=2");
    const session = chat.transport.getSession(chat.id);
    const page = new Conversation(rig.url, { id: chat.id, session: { ...session, isStreaming: true } });
    expect(await page.resume()).toBe("");
  });
});

describe("a head start", () => {
  const model = (words: string[]) =>
    new MockLanguageModelV4({
      doStream: () =>
        Promise.resolve({
          stream: convertArrayToReadableStream([
            { type: "stream-start", warnings: [] },
            { type: "text-start", id: "1" },
            ...words.map((delta) => ({ type: "text-delta" as const, id: "1", delta })),
            { type: "text-end", id: "1" },
            {
              type: "finish",
              finishReason: { unified: "stop", raw: "stop" },
              usage: {
                inputTokens: { total: 1, noCache: 1, cacheRead: 0, cacheWrite: 0 },
                outputTokens: { total: 1, text: 1, reasoning: 0 },
              },
            },
          ]),
        }),
    });

  it("is streamed by the web server, resumed by the page, and known to the run that goes on", async () => {
    const id = crypto.randomUUID();
    const page = new Conversation(rig.url, {
      id,
      session: { publicAccessToken: await tokenFor(id), isStreaming: true },
    });
    const question = { id: "q", role: "user" as const, parts: [{ type: "text" as const, text: "words=9" }] };
    const { completion } = await chat.startHeadStart({
      agentId: "scripted",
      chatId: page.id,
      messages: [question],
      run: ({ streamText: bound }) =>
        Promise.resolve(bound({ model: model(["warm", " words"]) }) as ReturnType<typeof streamText>),
    });
    page.messages.push(question);
    expect(await page.resume()).toBe("warm words");
    await completion;
    expect(await page.ask("words=2")).toBe(answer(3, 2));
  });
});
