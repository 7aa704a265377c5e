import { describe, expect, it } from "vitest";
import { decideSync, type Situation, type TurnInFlight } from "./sync-decision.ts";
import type { ChatPageData } from "./types.ts";

const data = (question: string, isStreaming: boolean, lastEventId?: string): ChatPageData => ({
  chat: {
    id: "c",
    title: "",
    model: null,
    status: isStreaming ? "running" : "idle",
    statusDetail: null,
    forkedFrom: null,
  },
  messages: [{ id: question, role: "user", parts: [] }],
  branches: {},
  session: { publicAccessToken: null, isStreaming, answering: null, lastEventId },
  realtimeUrl: "",
});
const idle: Situation = { turn: null, ended: null, lastEventId: "9", now: 0 };
const open = (turn: Partial<TurnInFlight> = {}): Situation => ({
  ...idle,
  turn: { kind: "send", question: "u2", target: "u2", started: false, sawRunning: false, lastEventId: "9", ...turn },
});

describe("with nothing open", () => {
  it("shows what is settled, reads what runs", () => {
    expect(decideSync(idle, data("u1", false, "9"))).toBe("show");
    expect(decideSync(idle, data("u2", true, "9"))).toBe("resume");
  });

  it("does not go back in time", () => {
    expect(decideSync(idle, data("u1", false, "8"))).toBe("stale");
    expect(decideSync(idle, data("u1", false))).toBe("stale");
    expect(decideSync({ ...idle, lastEventId: "10" }, data("u1", false, "9"))).toBe("stale");
  });

  it("does not resume the turn it just saw end, unless the database insists", () => {
    const ended = { ...idle, ended: { question: "u2", since: "9", lastEventId: "20", until: 100 } };
    expect(decideSync(ended, data("u2", true, "9"))).toBe("stale");
    expect(decideSync({ ...ended, now: 100 }, data("u2", true, "9"))).toBe("resume");
    // Another turn, or the same question once more.
    expect(decideSync(ended, data("u3", true, "9"))).toBe("resume");
    expect(decideSync(ended, data("u2", true, "20"))).toBe("resume");
    expect(decideSync(ended, data("u2", false, "20"))).toBe("show");
  });

  it("does not show what was before the turn it just saw end, unless the database insists", () => {
    const ended = { ...idle, ended: { question: "u2", since: "9", lastEventId: "20", until: 100 } };
    expect(decideSync(ended, data("u1", false, "9"))).toBe("stale");
    expect(decideSync(ended, data("u2", false, "9"))).toBe("stale");
    expect(decideSync({ ...ended, now: 100 }, data("u1", false, "9"))).toBe("show");
  });

  it("leaves a stopped turn alone", () => {
    const stopped = { ...idle, ended: { question: "u2", since: "9", lastEventId: undefined, until: 100 } };
    expect(decideSync(stopped, data("u2", true, "9"))).toBe("stale");
    expect(decideSync(stopped, data("u1", false, "9"))).toBe("stale");
    expect(decideSync(stopped, data("u2", false, "12"))).toBe("show");
  });
});

describe("with a request open", () => {
  it("waits while its turn runs", () => {
    expect(decideSync(open(), data("u2", true, "9"))).toBe("wait");
    expect(decideSync(open({ started: true }), data("u1", true, "9"))).toBe("wait");
  });

  it("does not mistake data from before its turn for the end of it", () => {
    expect(decideSync(open(), data("u1", false, "9"))).toBe("wait");
    expect(decideSync(open({ kind: "regenerate" }), data("u2", false, "9"))).toBe("wait");
  });

  it("leaves it when its turn is over", () => {
    expect(decideSync(open(), data("u2", false, "20"))).toBe("leave");
    expect(decideSync(open({ kind: "resume" }), data("u2", false, "9"))).toBe("leave");
    expect(decideSync(open({ kind: "regenerate" }), data("u2", false, "20"))).toBe("leave");
    expect(decideSync(open({ kind: "regenerate", sawRunning: true }), data("u2", false, "9"))).toBe("leave");
    expect(decideSync(open({ question: null, target: null }), data("u1", false, "9"))).toBe("leave");
  });

  it("leaves it to show a turn that goes first", () => {
    expect(decideSync(open(), data("u3", true, "9"))).toBe("leave");
  });
});
