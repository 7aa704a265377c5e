import { describe, expect, it } from "vitest";
import { DELETED } from "./retention.ts";
import { close, continuationPayload, firstPayload, nextRetry, wantsAnswer, type Retry } from "./session.ts";

describe("the payload of a run", () => {
  const base = { chatId: "c", trigger: "preload", message: { id: "m" }, messages: [], metadata: { model: "x" } };

  it("is the creator's for the first one", () => {
    expect(firstPayload(base, "session_1")).toEqual({ ...base, sessionId: "session_1" });
  });

  it("repeats nothing of the first turn for a later one", () => {
    expect(continuationPayload(base, "session_1", "run_1")).toEqual({
      chatId: "c",
      metadata: { model: "x" },
      sessionId: "session_1",
      continuation: true,
      previousRunId: "run_1",
    });
  });
});

describe("input that wants an answer", () => {
  const message = (trigger?: string) => JSON.stringify({ kind: "message", payload: { chatId: "c", trigger } });

  it.each([
    message("submit-message"),
    message("regenerate-message"),
    message("action"),
    message(),
    '{"kind":"action"}',
    '{"kind":"handover"}',
  ])("%s", (raw) => {
    expect(wantsAnswer(raw)).toBe(true);
  });

  it.each([
    message("close"),
    message("preload"),
    '{"kind":"message"}',
    '{"kind":"stop"}',
    '{"kind":"handover-skip"}',
    "{}",
    "null",
    "7",
    "not json",
  ])("is not %s", (raw) => {
    expect(wantsAnswer(raw)).toBe(false);
  });

  it("is a message whatever its payload is", () => {
    expect(wantsAnswer('{"kind":"message","payload":null}')).toBe(true);
  });
});

describe("continuing after a run that left a message unanswered", () => {
  it("happens at once the first time", () => {
    expect(nextRetry(null, 4)).toEqual({ retry: { seq: 4, count: 1 }, delayMs: 0 });
  });

  it("waits longer each time the same message ends a run, and gives up in the end", () => {
    let retry: Retry | null = null;
    const delays: number[] = [];
    for (;;) {
      const next = nextRetry(retry, 4);
      if (!next) break;
      retry = next.retry;
      delays.push(next.delayMs);
    }
    expect(delays).toEqual([0, 250, 500, 1000, 2000, 4000, 8000, 15_000, 15_000, 15_000]);
  });

  it("starts afresh for another message", () => {
    expect(nextRetry({ seq: 4, count: 10 }, 5)).toMatchObject({ delayMs: 0 });
  });
});

describe("closing a session", () => {
  const now = new Date(2);
  const closed = (reason: string | null) => ({ closed_at: new Date(1), closed_reason: reason });

  it("closes one that is open, with the reason given or none", () => {
    const open = { closed_at: null, closed_reason: null };
    expect(close(open, "enough", now)).toEqual({ closed_at: now, closed_reason: "enough" });
    expect(close(open, undefined, now)).toEqual({ closed_at: now, closed_reason: null });
    expect(close(open, DELETED, now)).toEqual({ closed_at: now, closed_reason: DELETED });
  });

  it("changes nothing about one that is closed, but that it was deleted", () => {
    expect(close(closed("enough"), "more", now)).toBeUndefined();
    expect(close(closed(DELETED), "enough", now)).toBeUndefined();
    expect(close(closed(DELETED), DELETED, now)).toBeUndefined();
    expect(close(closed("enough"), DELETED, now)).toEqual(closed(DELETED));
    expect(close(closed(null), DELETED, now)).toEqual(closed(DELETED));
  });
});
