import type { TranscriptChangeset } from "@trigger.dev/sdk/ai";
import type { UIMessage } from "ai";
import { expect, it } from "vitest";
import { withCutTools } from "./cut-tools.ts";

const question: UIMessage = { id: "q", role: "user", parts: [{ type: "text", text: "?" }] };
const text = { type: "text" as const, text: "I look." };
const done = {
  type: "tool-runCode" as const,
  toolCallId: "1",
  state: "output-available" as const,
  input: {},
  output: 1,
};
const running = {
  type: "tool-runCode" as const,
  toolCallId: "2",
  state: "input-available" as const,
  input: { code: "" },
};
const writing = { type: "tool-runCode" as const, toolCallId: "3", state: "input-streaming" as const, input: undefined };
const cut = { ...running, state: "output-error", errorText: "This was stopped." };

const answerOf = (parts: UIMessage["parts"]): UIMessage => ({ id: "a", role: "assistant", parts });
function saved(answer: UIMessage | undefined, reason: TranscriptChangeset["reason"] = "turn-complete") {
  const messages = [question, ...(answer ? [answer] : [])];
  return {
    reason,
    changes: answer ? [{ op: "put", message: answer, final: false }] : [],
    transcript: { entries: messages.map((message) => ({ id: message.id, message, final: message.role === "user" })) },
  } as unknown as TranscriptChangeset;
}

it("keeps a tool that was at work, as stopped, and nothing of one whose call was still being written", () => {
  const raw = answerOf([text, done, running, writing]);
  const { changes, transcript } = withCutTools(saved(answerOf([text, done])), raw);
  expect(transcript.entries.at(-1)).toMatchObject({ id: "a", final: false, message: { parts: [text, done, cut] } });
  expect(transcript.entries).toHaveLength(2);
  expect(changes).toMatchObject([{ op: "put", final: false, message: { id: "a", parts: [text, done, cut] } }]);
});

it("keeps an answer that had nothing but that", () => {
  const { changes, transcript } = withCutTools(saved(undefined), answerOf([running]));
  expect(transcript.entries).toMatchObject([
    { id: "q" },
    { id: "a", message: { parts: [{ type: "step-start" }, cut] } },
  ]);
  expect(changes).toHaveLength(1);
});

it("changes nothing where no tool was at work, or nothing has ended", () => {
  const whole = saved(answerOf([text, done]));
  expect(withCutTools(whole, answerOf([text, done, writing]))).toBe(whole);
  expect(withCutTools(whole, undefined)).toBe(whole);
  const begun = saved(answerOf([text]), "turn-start");
  expect(withCutTools(begun, answerOf([text, running]))).toBe(begun);
});
