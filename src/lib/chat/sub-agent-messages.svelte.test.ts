import { SUB_AGENT_DATA_TYPE } from "@trigger.dev/sdk/chat";
import type { UIMessageChunk } from "ai";
import { flushSync } from "svelte";
import { expect, it, vi } from "vitest";
import { SubAgentMessages } from "./sub-agent-messages.svelte.ts";

const part = (toolCallId: string, seq: number, ...chunks: UIMessageChunk[]) => ({
  ...{ type: SUB_AGENT_DATA_TYPE, transient: true },
  data: { toolCallId, seq, chunks },
});
const begin: UIMessageChunk[] = [
  { type: "start", messageId: "m" },
  { type: "text-start", id: "t" },
];
const say = (delta: string): UIMessageChunk => ({ type: "text-delta", id: "t", delta });

it("tells what each sub-agent has said so far, and when that changes", async () => {
  const messages = new SubAgentMessages({ throttleMs: 0 });
  const seen: string[] = [];
  const stop = $effect.root(() => {
    $effect(() => {
      seen.push(
        messages
          .of("call-1")
          ?.parts.map((one) => (one.type === "text" ? one.text : ""))
          .join("") ?? "nothing",
      );
    });
  });
  flushSync();
  messages.onData(part("call-1", 0, ...begin, say("one ")));
  messages.onData(part("call-2", 0, ...begin, say("other")));
  messages.onData({ type: "data-recovery", data: {} });
  await vi.waitFor(() => expect(seen.at(-1)).toBe("one "), { timeout: 10_000 });
  // A resumed stream brings the beginning again.
  messages.onData(part("call-1", 0, ...begin, say("one ")));
  messages.onData(part("call-1", 1, say("two")));
  await vi.waitFor(() => expect(seen.at(-1)).toBe("one two"), { timeout: 10_000 });
  expect(seen).toEqual(["nothing", "one ", "one two"]);
  stop();
  messages.dispose();
});

it("tells of the newest attempt alone when an answer was begun again", async () => {
  const messages = new SubAgentMessages({ throttleMs: 0 });
  messages.onData(part("call#1", 0, ...begin, say("half an ans")));
  messages.onData(part("call#2", 0, ...begin, say("whole")));
  await vi.waitFor(() => expect(messages.of("call")?.parts).toMatchObject([{ text: "whole" }]), { timeout: 10_000 });
  messages.dispose();
});
