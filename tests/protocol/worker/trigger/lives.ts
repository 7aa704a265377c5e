import { chat } from "@trigger.dev/sdk/ai";
import { scripted } from "./agents.ts";

/** How runs and conversations end. The last user message says it: `leave`, `close=<reason>`, `upgrade=<build>`. */

/** A test edits this line while the worker watches. */
const BUILD = "one";

export const versioned = chat.agent({
  id: "versioned",
  idleTimeoutInSeconds: 60,
  onTurnStart: ({ uiMessages }) => {
    if (JSON.stringify(uiMessages.at(-1)).includes(`upgrade=${BUILD}`)) chat.requestUpgrade();
  },
  run: async ({ messages, signal, streamText }) => {
    const prompt = JSON.stringify(messages.at(-1));
    if (prompt.includes(`upgrade-after=${BUILD}`)) chat.requestUpgrade();
    return streamText({ model: scripted(messages.length, prompt, `${BUILD} `), messages, abortSignal: signal });
  },
});

export const leaving = chat.agent({
  id: "leaving",
  idleTimeoutInSeconds: 60,
  onBeforeTurnComplete: ({ uiMessages }) => {
    const question = JSON.stringify(uiMessages.findLast(({ role }) => role === "user"));
    const reason = /close=(\w+)/.exec(question)?.[1];
    if (reason) chat.close({ reason });
    if (question.includes("leave")) chat.endRun();
  },
  run: async ({ messages, signal, streamText }) =>
    streamText({
      model: scripted(messages.length, JSON.stringify(messages.at(-1))),
      messages,
      abortSignal: signal,
    }),
});
