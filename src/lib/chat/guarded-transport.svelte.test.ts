import type { TriggerChatTransport } from "@trigger.dev/sdk/chat";
import { describe, expect, it } from "vitest";
import type { SkeinMessage } from "../tools/message.ts";
import { GuardedTransport } from "./guarded-transport.ts";
import { RawChat } from "./raw-chat.svelte.ts";
import { user } from "./testing/fake-chat.ts";
import type { Chunk } from "./turn-guard.ts";

const start = (messageId: string, replyTo = "u2"): Chunk => ({
  type: "start",
  messageId,
  messageMetadata: { replyTo },
});
const words = (text: string): Chunk[] => [
  { type: "text-start", id: "t" },
  { type: "text-delta", id: "t", delta: text },
];
const end: Chunk[] = [{ type: "text-end", id: "t" }, { type: "finish" }];
const recovery: Chunk = { type: "data-recovery", data: {}, transient: true };

function streamOf(script: Chunk[]): ReadableStream<Chunk> {
  const left = [...script];
  return new ReadableStream({
    pull(controller) {
      const chunk = left.shift();
      if (chunk) controller.enqueue(chunk);
      else controller.close();
    },
  });
}

/** Plays a script to the real `Chat` through the guard, until nothing is left; what the person reads then. */
async function play(script: Chunk[], before: SkeinMessage[], how: "send" | "resume") {
  const stream = () => Promise.resolve(streamOf(script));
  const inner = { sendMessages: stream, reconnectToStream: stream, dispose: () => {} };
  const nothing = () => {};
  const events = { onaccepted: nothing, onheard: nothing, onstart: nothing, onrecovery: nothing, oninjected: nothing };
  const transport = new GuardedTransport(inner as unknown as TriggerChatTransport, events);
  const chat = new RawChat({ id: "chat", messages: before, transport });
  transport.begin("u2", before);
  if (how === "send") await chat.sendMessage(user("u2"));
  else await chat.resumeStream();
  for (let rest = transport.takeRest(chat.messages); rest; rest = transport.takeRest(chat.messages)) {
    chat.messages = rest;
    await chat.resumeStream();
  }
  expect(transport.outcome).toEqual({ type: "ended" });
  return chat.messages.map(
    ({ id, parts }) => `${id}:${parts.map((part) => ("text" in part ? part.text : "")).join("+")}`,
  );
}

const earlier = [user("u1"), { id: "a1", role: "assistant", parts: [{ type: "text", text: "one" }] } as SkeinMessage];
const onSend = (script: Chunk[]) => play(script, earlier, "send");
const onResume = (script: Chunk[]) => play(script, [...earlier, user("u2")], "resume");

describe.each([
  ["a message just sent", onSend],
  ["a resumed turn", onResume],
])("%s", (_name, run) => {
  const whole = ["u1:u1", "a1:one", "u2:u2", "Q:right"];

  it("gets its answer", async () => {
    expect(await run([start("Q"), ...words("right"), ...end])).toEqual(whole);
  });

  it("gets one answer when the run was killed", async () => {
    expect(await run([start("P"), ...words("lost"), recovery, start("Q"), ...words("right"), ...end])).toEqual(whole);
  });

  it("gets one answer when the run was killed twice", async () => {
    const script = [start("P"), ...words("lost"), recovery, start("R"), ...words("lost"), recovery, start("Q")];
    expect(await run([...script, ...words("right"), ...end])).toEqual(whole);
  });

  it("gets one answer when the new one has the old one's id", async () => {
    expect(await run([start("Q"), ...words("lost"), start("Q"), ...words("right"), ...end])).toEqual(whole);
  });

  it("does not get what belongs to another turn", async () => {
    const other = [start("X", "u9"), ...words("not yours"), ...end];
    expect(await run([...other, start("Q"), ...words("right"), ...end, ...other])).toEqual(whole);
  });

  it("does not get the leftovers of a turn that broke off", async () => {
    expect(await run([{ type: "text-delta", id: "z", delta: "x" }, start("Q"), ...words("right"), ...end])).toEqual(
      whole,
    );
  });

  it("goes on in one message when a head start hands over", async () => {
    const script = [start("Q"), ...words("one"), ...end, start("Q"), ...words("two"), ...end];
    expect((await run(script)).at(-1)).toBe("Q:one+two");
  });

  it("gets one answer when the run was killed after a head start handed over", async () => {
    const script = [start("P"), ...words("one"), ...end, start("P"), ...words("lost"), start("Q"), ...words("right")];
    expect(await run([...script, ...end])).toEqual(whole);
  });

  it("gets one answer when the run was killed between a head start and its hand-over", async () => {
    expect(await run([start("P"), ...words("one"), ...end, start("Q"), ...words("right"), ...end])).toEqual(whole);
  });
});

describe("an answered approval", () => {
  const asked: SkeinMessage = {
    id: "A",
    role: "assistant",
    parts: [
      { type: "text", text: "may I?", state: "done" },
      {
        type: "dynamic-tool",
        toolName: "t",
        toolCallId: "c",
        state: "approval-responded",
        input: {},
        approval: { id: "p", approved: true },
      },
    ],
  };
  /** As the agent tells it: what the message has already comes first (transcript/continued.ts). */
  const told: Chunk[] = [
    start("A"),
    ...words("may I?"),
    { type: "text-end", id: "t" },
    { type: "tool-input-available", toolCallId: "c", toolName: "t", input: {}, dynamic: true },
    { type: "tool-approval-request", approvalId: "p", toolCallId: "c" },
    { type: "tool-approval-response", approvalId: "p", approved: true },
    { type: "tool-output-available", toolCallId: "c", output: 1, dynamic: true },
  ];

  it("continues in its own message, killed or not, and nothing of it comes twice", async () => {
    const before = [...earlier, user("u2"), asked];
    const expected = ["u1:u1", "a1:one", "u2:u2", "A:may I?++right"];
    expect(await play([...told, ...words("right"), ...end], before, "resume")).toEqual(expected);
    const killed = [...told, ...words("lost"), recovery, ...told, ...words("right"), ...end];
    expect(await play(killed, before, "resume")).toEqual(expected);
  });
});
