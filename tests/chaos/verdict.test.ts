import { expect, it } from "vitest";
import { expectedAnswer } from "../support/mock-openai.ts";
import { problems, type StoredChat, type StoredMessage } from "./verdict.ts";

const chat: StoredChat = { id: "c", head_id: "a2", status: "idle", status_detail: null, first_turn: "done" };
const question = (id: string, parent_id: string | null, text: string): StoredMessage => ({
  ...{ id, parent_id, text, role: "user", final: true, error: null },
});
const answer = (id: string, parent_id: string, text: string): StoredMessage => ({
  ...question(id, parent_id, text),
  role: "assistant",
});

const asked = ["words=3 #0.0", "words=2 #0.1"];
const whole = [
  question("q1", null, "words=3 #0.0"),
  answer("a1", "q1", expectedAnswer(3)),
  question("q2", "a1", "words=2 #0.1"),
  answer("a2", "q2", expectedAnswer(2)),
];
const without = (id: string) => whole.filter((message) => message.id !== id);
const instead = (message: StoredMessage) => whole.map((other) => (other.id === message.id ? message : other));

it("finds nothing wrong with a chat whose questions are answered once, in order", () => {
  expect(problems(chat, whole, asked)).toEqual([]);
  expect(problems(chat, whole)).toEqual([]);
});

it.each<[string, StoredChat, StoredMessage[], RegExp]>([
  ["a chat that is left running", { ...chat, status: "running" }, whole, /is running/],
  ["a first turn that nobody took", { ...chat, first_turn: "claimed" }, whole, /first turn is claimed/],
  ["a question without an answer", { ...chat, head_id: "q2" }, without("a2"), /no answer to words=2/],
  ["a missing word", chat, instead(answer("a1", "q1", "w1 w3")), /the answer to words=3 .* is w1 w3/],
  ["an answer twice in one", chat, instead(answer("a2", "q2", "w1 w2w1 w2")), /is w1 w2w1 w2/],
  ["an answer that is not final", chat, instead({ ...answer("a2", "q2", "w1 w2"), final: false }), /is not final/],
  ["a second answer", chat, [...whole, answer("a3", "q2", "w1 w2")], /another answer beside the path/],
  [
    "a question that is missing",
    { ...chat, head_id: "a1" },
    whole.slice(0, 2),
    /asked \[#0\.0, #0\.1\], but .* \[#0\.0\]/,
  ],
  [
    "a question asked twice",
    { ...chat, head_id: "a3" },
    [...whole, question("q3", "a2", "words=2 #0.1"), answer("a3", "q3", "w1 w2")],
    /holds \[#0\.0, #0\.1, #0\.1\]/,
  ],
])("finds %s", (_name, stored, messages, what) => {
  expect(problems(stored, messages, asked).join("\n")).toMatch(what);
});
