import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { SkeinMessage } from "../tools/message.ts";
import type { ChatSession } from "./chat-session.svelte.ts";
import { assistant, FakeChat, read } from "./testing/fake-chat.ts";

let chat: FakeChat;
beforeEach(async () => {
  chat = await FakeChat.afterOneTurn();
});
afterEach(() => chat.close());

const until = (check: () => void) => vi.waitFor(check, { timeout: 10_000, interval: 5 });

/** What the agent does with all that it was sent, in order; it is called again for what comes later. */
function createAgent() {
  let next = 0;
  return () => {
    for (; next < chat.engine.inputs.length; next++) {
      const { seq, payload } = chat.engine.inputs[next] ?? { seq: 0 };
      const { id = "", parts } = payload?.message as SkeinMessage;
      chat.saveQuestion({ id, role: "user", parts });
      chat.announce();
      const end = chat.engine.answer(`to-${id}`, id, `answer ${seq}`, seq);
      chat.saveAnswer(assistant(`to-${id}`, id, `answer ${seq}`), end, seq);
      chat.announce();
    }
  };
}

it(
  "twenty messages from two pages, in turn and at once: both end with what is stored",
  { timeout: 60_000 },
  async () => {
    const pages = [chat.open(), chat.open()] as const;
    const work = createAgent();
    const sent: string[] = [];
    const send = (page: ChatSession) => page.send(sent[sent.push(`text ${sent.length}`) - 1] ?? "");

    for (let n = 0; n < 8; n++) {
      await send(pages[n % 2 === 0 ? 0 : 1]);
      work();
    }
    for (let n = 0; n < 6; n++) {
      const both = Promise.all(pages.map(send));
      // Every other time the agent begins while one of the two is still on its way.
      if (n % 2 === 0) work();
      await both;
      work();
    }
    for (const page of pages) await until(() => expect(page.status).toBe("ready"));
    const stored = chat.stored.map(
      ({ id, parts }) => `${id}:${parts.map((part) => ("text" in part ? part.text : "")).join("")}`,
    );
    for (const page of pages) await until(() => expect(read(page)).toEqual(stored));
    const questions = chat.stored.slice(2).filter(({ role }) => role === "user");
    expect(questions.flatMap(({ parts }) => parts.map((part) => ("text" in part ? part.text : ""))).sort()).toEqual(
      sent.sort(),
    );
    expect(chat.stored.slice(2).map(({ id }) => id)).toEqual(questions.flatMap(({ id }) => [id, `to-${id}`]));
  },
);
