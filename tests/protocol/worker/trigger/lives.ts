import { sessions } from "@trigger.dev/sdk";
import { chat } from "@trigger.dev/sdk/ai";
import { streamText } from "ai";
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

/** A loop of its own. Asked to, it hands its session to a fresh run when the turn is over: `hand-over`. */
export const handWritten = chat.customAgent({
  id: "hand-written",
  run: async (payload, { signal }) => {
    let isHandingOver = false;
    for await (const turn of chat.createSession(payload, { signal, idleTimeoutInSeconds: 60 })) {
      const prompt = JSON.stringify(turn.messages.at(-1));
      const model = scripted(turn.messages.length, prompt, turn.continuation ? "again " : "");
      await turn.complete(streamText({ model, messages: turn.messages, abortSignal: turn.signal }));
      isHandingOver = prompt.includes("hand-over");
      if (isHandingOver) break;
    }
    if (isHandingOver) await chat.endAndContinue();
  },
});
