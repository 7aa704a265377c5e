import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { SkeinMessage } from "../tools/message.ts";
import type { ChatSession } from "./chat-session.svelte.ts";
import { assistant, user } from "./testing/fake-chat.ts";
import { FakeTree } from "./testing/fake-tree.ts";
import type { Chunk } from "./turn-guard.ts";

/**
 * Whenever a page is opened during a turn, it ends with the parts of a page that was there all the time, and what was
 * said before is as it was. (A resumed message could adopt an earlier answer: docs/sdk-behaviour.md §0, facts 2 and 3.)
 */

let chat: FakeTree;
beforeEach(async () => {
  chat = new FakeTree();
  await chat.engine.start();
});
afterEach(() => chat.close());

const until = (check: () => void) => vi.waitFor(check, { timeout: 15_000, interval: 2 });

const start = (messageId: string, replyTo: string, attempt?: string): Chunk => ({
  type: "start",
  messageId,
  messageMetadata: { replyTo, ...(attempt && { attempt }) },
});
const text = (id: string, ...deltas: string[]): Chunk[] => [
  { type: "text-start", id },
  ...deltas.map((delta): Chunk => ({ type: "text-delta", id, delta })),
  { type: "text-end", id },
];
const reasoning = (id: string, ...deltas: string[]): Chunk[] => [
  { type: "reasoning-start", id },
  ...deltas.map((delta): Chunk => ({ type: "reasoning-delta", id, delta })),
  { type: "reasoning-end", id },
];
const tool = { toolCallId: "call", toolName: "weather", dynamic: true } as const;
const called: Chunk[] = [
  { type: "tool-input-start", ...tool },
  { type: "tool-input-delta", toolCallId: "call", inputTextDelta: '{"city":' },
  { type: "tool-input-delta", toolCallId: "call", inputTextDelta: '"Oslo"}' },
  { type: "tool-input-available", ...tool, input: { city: "Oslo" } },
];
const output: Chunk = { type: "tool-output-available", toolCallId: "call", output: "rain", dynamic: true };
const step: Chunk = { type: "start-step" };
const stepEnd: Chunk = { type: "finish-step" };
const finish: Chunk = { type: "finish", finishReason: "stop" };
const recovery: Chunk = { type: "data-recovery", data: {}, transient: true };
const note = (value: string): Chunk => ({ type: "data-note", id: "note", data: { value } }) as unknown as Chunk;

const shownStep = { type: "step-start" };
const shownText = (text: string) => ({ type: "text", text, state: "done" });
const shownTool = { type: "dynamic-tool", toolName: "weather", toolCallId: "call", state: "output-available" };
const shownCall = { ...shownTool, input: { city: "Oslo" }, output: "rain" };
const words = Array.from({ length: 150 }, (_, at) => `w${at + 1} `);

interface Story {
  name: string;
  /** In which turns of a chat it is told. */
  turns: number[];
  /** What the agent writes to answer `question`. */
  chunks(question: string): Chunk[];
  /** The answer as it is at the end: its id, and what its parts say. */
  answer: [id: string, parts: object[]];
  /** Every so many chunks a page is opened. */
  every?: number;
}

const stories: Story[] = [
  {
    name: "reasoning and text",
    turns: [1, 2, 3],
    chunks: (question) => [
      start("a", question),
      step,
      ...reasoning("r", "let me ", "see"),
      ...text("t", "one ", "two ", "three"),
      stepEnd,
      finish,
    ],
    answer: ["a", [shownStep, { type: "reasoning", text: "let me see", state: "done" }, shownText("one two three")]],
  },
  {
    name: "a tool call with its output in a second step, and data",
    turns: [1, 3],
    chunks: (question) => [
      start("a", question),
      step,
      ...text("t", "I look."),
      note("early"),
      ...called,
      stepEnd,
      { type: "data-progress", data: { at: 1 }, transient: true } as unknown as Chunk,
      step,
      output,
      note("late"),
      ...text("t", "It ", "rains."),
      stepEnd,
      finish,
    ],
    answer: [
      "a",
      [
        shownStep,
        shownText("I look."),
        { type: "data-note", id: "note", data: { value: "late" } },
        shownCall,
        shownStep,
        shownText("It rains."),
      ],
    ],
  },
  {
    name: "a head start that hands over",
    turns: [1],
    chunks: (question) => [
      start("a", question),
      step,
      ...text("t", "I look."),
      ...called,
      stepEnd,
      finish,
      start("a", question),
      output,
      step,
      ...text("t", "It ", "rains."),
      stepEnd,
      finish,
    ],
    answer: ["a", [shownStep, shownText("I look."), shownCall, shownStep, shownText("It rains.")]],
  },
  {
    name: "a run that died and one that took over",
    turns: [1, 2],
    chunks: (question) => [
      start("p", question),
      step,
      ...text("t", "lost ").slice(0, -1),
      recovery,
      start("q", question),
      step,
      ...called.slice(0, 3),
      recovery,
      start("a", question),
      step,
      ...text("t", "right ", "again"),
      stepEnd,
      finish,
    ],
    answer: ["a", [shownStep, shownText("right again")]],
  },
  {
    name: "a run that died after a head start, its answer of the same id",
    turns: [1],
    chunks: (question) => [
      start("a", question),
      step,
      ...text("t", "one"),
      stepEnd,
      finish,
      start("a", question),
      step,
      ...text("t", "lost").slice(0, -1),
      recovery,
      start("a", question),
      step,
      ...text("t", "right"),
      stepEnd,
      finish,
    ],
    answer: ["a", [shownStep, shownText("right")]],
  },
  {
    name: "more than one batch of the past",
    turns: [2],
    chunks: (question) => [start("a", question), step, ...text("t", ...words), stepEnd, finish],
    answer: ["a", [shownStep, shownText(words.join(""))]],
    every: 17,
  },
];

/** Makes the chat's earlier turns; the messages of the branch shown. */
function talk(turns: number) {
  let parentId: string | null = null;
  for (let n = 1; n <= turns; n++) {
    const open = { ...tool, type: "dynamic-tool", state: "input-available", input: {} };
    // An answer that was left in the middle of a tool call is what a resumed one could be glued to.
    const answer = assistant(`a${n}`, `u${n}`, `answer ${n}`);
    if (n === turns) answer.parts.push(open as SkeinMessage["parts"][number]);
    chat.add(parentId, user(`u${n}`), answer);
    parentId = answer.id;
    const seq = chat.engine.takeFromElsewhere();
    chat.lastEventId = chat.engine.answer(answer.id, `u${n}`, `answer ${n}`, seq);
    chat.lastInEventId = String(seq);
  }
  chat.head = parentId;
}

const plain = <Value>(value: Value) => JSON.parse(JSON.stringify(value)) as Value;
const saidBefore = (page: ChatSession, count: number) =>
  plain(page.messages.slice(0, count).map(({ id, role, parts }) => ({ id, role, parts })));

/** Writes a turn chunk by chunk, and opens pages before, between and after them; each must end with that answer. */
async function expectSame(pages: ChatSession[], chunks: Chunk[], [id, parts]: Story["answer"], every = 1) {
  const before = saidBefore(chat.create(), chat.stored.length);
  for (const [at, chunk] of [...chunks, undefined].entries()) {
    if (at % every === 0 || chunk === undefined) {
      pages.push(chat.open());
      await until(() => expect(chat.engine.readers).toBe(pages.length));
    }
    if (chunk) chat.engine.chunk(chunk);
  }
  chat.engine.complete(chat.engine.takeFromElsewhere());
  for (const page of pages) await until(() => expect(page.isRunning).toBe(false));
  for (const [at, page] of pages.entries()) {
    const answer = page.messages.at(-1);
    expect(plain({ id: answer?.id, parts: answer?.parts }), `page ${at}`).toMatchObject({ id, parts });
    expect(answer?.parts, `page ${at}`).toHaveLength(parts.length);
    expect(plain(answer), `page ${at}`).toEqual(plain(pages[0]?.messages.at(-1)));
    // What went on is an answer that was there before.
    const kept = before.filter((message) => message.id !== id);
    expect(saidBefore(page, kept.length), `page ${at}`).toEqual(kept);
    expect(page.messages, `page ${at}`).toHaveLength(kept.length + 1);
  }
}

for (const { name, turns, chunks, answer, every } of stories)
  it.each(turns)(`${name}, in turn %i`, { timeout: 30_000 }, async (turn) => {
    talk(turn - 1);
    let question = "u1";
    const pages: ChatSession[] = [];
    if (turn > 1) {
      const page = chat.open();
      await page.send("and now?");
      question = page.messages.at(-1)?.id ?? "";
      pages.push(page);
    }
    chat.begin(question, user(question, "and now?"));
    await expectSame(pages, chunks(question), answer, every);
  });

it.each(stories.filter(({ name }) => /tool call|took over/.test(name)))(
  "$name, after an edit",
  { timeout: 30_000 },
  async ({ chunks, answer }) => {
    talk(2);
    const page = chat.open();
    await page.edit("u2", [{ type: "text", text: "other words" }]);
    const question = page.messages.at(-1)?.id ?? "";
    chat.begin(question, user(question, "other words"), "a1");
    await expectSame([page], chunks(question), answer);
  },
);

it.each([
  ["goes on", false],
  ["goes on, though its run died", true],
])("an answer that %s", { timeout: 30_000 }, async (_, dies) => {
  talk(1);
  const partial = assistant("a2", "u2", "w1 w2");
  chat.add("a1", user("u2"), { ...partial, metadata: { ...partial.metadata, stopped: true } });
  chat.head = "a2";
  const page = chat.open();
  await page.goOn("a2");
  const action = chat.engine.inputs.at(-1)?.payload?.action;
  const attempt = action?.type === "continue" ? action.attempt : "";
  chat.begin("a2");
  const again = [start("a2", "u2", attempt), step, ...text("t", "w1 w2")];
  await expectSame(
    [page],
    [
      ...(dies ? [...again, step, ...text("s", " lost").slice(0, -1), recovery] : []),
      ...again,
      step,
      ...text("s", " w3", " w4"),
      stepEnd,
      finish,
    ],
    ["a2", [shownStep, shownText("w1 w2"), shownStep, shownText(" w3 w4")]],
  );
});
