import type { ChatPageData } from "$lib/chat/types.ts";
import type { SkeinMessage, SkeinMetadata } from "$lib/tools/message.ts";
import { EVERY_PART, text, tool } from "./every-part.ts";

/** A chat in each state that its page can be in, as the server gives it. */

interface Exhibit {
  name: string;
  data: ChatPageData;
}

const user = (id: string, words: string): SkeinMessage => ({
  ...{ id, role: "user", parts: [{ type: "text", text: words }] },
});
const answer = (id: string, parts: object[], metadata: SkeinMetadata = {}): SkeinMessage => ({
  ...{ id, role: "assistant", parts: parts as SkeinMessage["parts"] },
  metadata: { model: "demo:skein", createdAt: "2026-11-28T10:00:00.000Z", ...metadata },
});

const QUESTION = user("q", "What is a skein?");
const ANSWER = answer("a", [text("A length of thread or yarn, **loosely coiled** and knotted.")]);

interface Differences extends Omit<Partial<ChatPageData>, "chat" | "session"> {
  chat?: Partial<ChatPageData["chat"]>;
  session?: Partial<ChatPageData["session"]>;
}

function exhibit(name: string, { chat, session, ...more }: Differences = {}): Exhibit {
  return {
    name,
    data: {
      chat: {
        ...{ id: `gallery-${name}`, title: name, model: null, status: "idle", statusDetail: null },
        ...{ forkedFrom: null, parent: null, newSince: null },
        ...chat,
      },
      messages: [QUESTION, ANSWER],
      branches: {},
      queue: { isPaused: false, items: [] },
      session: { publicAccessToken: null, isStreaming: false, answering: null, ...session },
      realtimeUrl: "",
      ...more,
    },
  };
}

const running = { isStreaming: true, answering: { messageId: "q", isShown: true } };
const queued = (id: string, words: string, kind: "queue" | "steer", state: "waiting" | "sent" = "waiting") => ({
  ...{ id, parts: user(id, words).parts, model: null, kind, state },
});
const waitingFor = (part: object): Differences => ({
  ...{ chat: { status: "needs_you" }, messages: [QUESTION, answer("a", [text("One thing first."), part])] },
});

export const EXHIBITS: Exhibit[] = [
  exhibit("Done"),
  exhibit("Every part", { messages: [QUESTION, answer("a", EVERY_PART)] }),
  exhibit("Thinking", { chat: { status: "running" }, messages: [QUESTION], session: running }),
  exhibit("Answering, with a queue", {
    chat: { status: "running" },
    session: running,
    queue: {
      isPaused: false,
      items: [
        queued("s", "In one sentence", "steer", "sent"),
        queued("m", "And where does the word come from?", "queue"),
        queued("n", "Thank you", "queue"),
      ],
    },
  }),
  exhibit("Tools at work", {
    chat: { status: "running" },
    messages: [
      QUESTION,
      answer("a", [
        tool("runCode", "input-streaming", { input: undefined }),
        tool("fetchPage", "input-available", { input: { url: "https://example.org/" } }),
        { type: "data-progress", id: "p", data: { label: "Reading pages" } },
      ]),
    ],
    session: running,
  }),
  exhibit("Stopped, with a queue", {
    messages: [QUESTION, answer("a", [text("A length of")], { stopped: true })],
    queue: { isPaused: true, items: [queued("m", "And where does the word come from?", "queue")] },
  }),
  exhibit("Failed", {
    chat: { status: "failed", statusDetail: "The provider refused the key. Check it, then retry." },
    messages: [QUESTION],
  }),
  exhibit("Broken off", {
    messages: [QUESTION, answer("a", [text("A length of")], { error: "The connection broke." })],
  }),
  exhibit("Branches", {
    branches: {
      q: [
        { id: "b", mark: "unread" },
        { id: "a", mark: null },
        { id: null, mark: "running" },
      ],
    },
  }),
  exhibit("Dividers", {
    chat: { forkedFrom: { chatId: "x", messageId: "q", title: "Words for yarn" }, newSince: "a" },
    messages: [
      { ...QUESTION, metadata: { compaction: { summary: "They spoke about **yarn**.", messages: 24 } } },
      ANSWER,
    ],
  }),
  exhibit(
    "An approval",
    waitingFor(
      tool("tidyInbox", "approval-requested", {
        input: { changes: [{ action: "rename", chatId: "idle", title: "Kyoto in spring" }] },
        approval: { id: "approval" },
      }),
    ),
  ),
  exhibit(
    "A question",
    waitingFor(
      tool("askUser", "input-available", { input: { question: "Wool or cotton?", options: ["Wool", "Cotton"] } }),
    ),
  ),
  exhibit("A sub-agent", {
    messages: [
      QUESTION,
      answer("a", [
        tool("deepResearch", "output-available", {
          input: { title: "Yarn", question: "What is yarn made of?" },
          output: { chatId: "x", report: "## Report\n\nOf fibres.", isStopped: false },
        }),
      ]),
    ],
  }),
];
