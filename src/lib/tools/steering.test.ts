import { expect, it } from "vitest";
import type { SkeinMessage } from "./message.ts";
import { lastQuestion, shownInAnswers } from "./steering.ts";

const user = (id: string, steers?: string): SkeinMessage => ({ id, role: "user", parts: [], metadata: { steers } });
const answer = (id: string, replyTo: string, parts: SkeinMessage["parts"] = []): SkeinMessage => ({
  ...{ id, role: "assistant", parts },
  metadata: { replyTo },
});

it("takes what went into a turn for a part of it, and what came too late for a question", () => {
  const [u1, s1, s2] = [user("u1"), user("s1", "u1"), user("s2", "u1")];
  expect(lastQuestion([u1, s1, s2, answer("a1", "u1")])?.id).toBe("u1");
  expect(lastQuestion([u1, answer("a1", "u1"), s1])?.id).toBe("s1");
  expect(lastQuestion([u1, answer("a1", "u1"), s1, answer("a2", "s1")])?.id).toBe("s1");
  // Asked anew, it is answered together with the question.
  expect(lastQuestion([u1, s1, answer("a2", "s1")])?.id).toBe("s1");
  expect(lastQuestion([u1, s1])?.id).toBe("s1");
  expect(lastQuestion([])).toBeUndefined();
});

it("finds what answers show where it came in", () => {
  const data = { messageIds: ["s1"], messages: [{ id: "s1", text: "in French" }] };
  const marker: SkeinMessage["parts"][number] = { type: "data-pending-message-injected", data };
  expect(shownInAnswers([user("u1"), answer("a1", "u1", [{ type: "text", text: "" }, marker])])).toEqual(
    new Set(["s1"]),
  );
});
