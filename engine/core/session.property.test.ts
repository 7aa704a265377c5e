import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { continuationPayload, firstPayload, nextRetry, wantsAnswer, type Retry } from "./session.ts";

const payload = fc.dictionary(
  fc.oneof(fc.constantFrom("message", "messages", "trigger", "metadata", "chatId", "sessionId"), fc.string()),
  fc.jsonValue() as fc.Arbitrary<unknown>,
);

describe("the payload of a run", () => {
  it("keeps what the creator sent, and says where the conversation lives", () => {
    fc.assert(
      fc.property(payload, (base) => {
        expect(firstPayload(base, "session_1")).toEqual({ ...base, sessionId: "session_1" });
      }),
    );
  });

  it("of a later run keeps all but the first turn, whatever the creator sent", () => {
    fc.assert(
      fc.property(payload, (base) => {
        const { message: _m, messages: _ms, trigger: _t, ...kept } = base;
        const later = continuationPayload(base, "session_1", "run_1");
        expect(later).toEqual({ ...kept, sessionId: "session_1", continuation: true, previousRunId: "run_1" });
      }),
    );
  });
});

describe("input that wants an answer", () => {
  it("is told from any text, without an error", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (raw) => void expect(wantsAnswer(raw)).toBeTypeOf("boolean")),
    );
  });

  it("is every message but a close and a preload, and no other kind than hand-over and action", () => {
    const input = fc.record({ kind: fc.string(), payload: fc.jsonValue() as fc.Arbitrary<unknown> });
    fc.assert(
      fc.property(input, (one) => {
        fc.pre(!["message", "handover", "action"].includes(one.kind));
        expect(wantsAnswer(JSON.stringify(one))).toBe(false);
      }),
    );
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.constantFrom("close", "preload")), (trigger) => {
        const raw = JSON.stringify({ kind: "message", payload: { trigger } });
        expect(wantsAnswer(raw)).toBe(trigger !== "close" && trigger !== "preload");
      }),
    );
  });
});

describe("continuing after runs that left messages unanswered", () => {
  it("starts at most ten runs for one record, with waits that never shrink, and forgets it for another", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 60 }), (unanswered) => {
        let retry: Retry | null = null;
        let delay = 0;
        let count = 0;
        for (const seq of unanswered) {
          const isSame: boolean = retry?.seq === seq;
          const next = nextRetry(retry, seq);
          count = isSame ? count + 1 : 1;
          expect(next !== undefined).toBe(count <= 10);
          if (!next) break;
          expect(next.delayMs).toBeGreaterThanOrEqual(isSame ? delay : 0);
          expect(next.delayMs).toBeLessThanOrEqual(15_000);
          if (!isSame) expect(next.delayMs).toBe(0);
          expect(next.retry).toEqual({ seq, count });
          delay = next.delayMs;
          retry = next.retry;
        }
      }),
    );
  });
});
