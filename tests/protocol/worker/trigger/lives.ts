import { sessions } from "@trigger.dev/sdk";
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

export const frames = sessions.defineChannel<{ out: { frame: number }; in: { paused: boolean } }>("frames");

/** Shows frames beside its answer, as many as it is told, and says when it hears that it is to pause. */
export const showing = chat.agent({
  id: "showing",
  idleTimeoutInSeconds: 60,
  run: async ({ messages, signal, streamText }) => {
    const channel = chat.channel(frames);
    const heard = new Promise<{ paused: boolean }>((resolve) => void channel.in.on(resolve));
    for (const frame of [1, 2, 3]) await channel.out.append({ frame });
    const { paused } = await heard;
    return streamText({
      model: scripted(messages.length, "words=1", `paused=${paused} `),
      messages,
      abortSignal: signal,
    });
  },
});
