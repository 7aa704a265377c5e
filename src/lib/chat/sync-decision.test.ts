import { describe, expect, it } from "vitest";
import { decideSync, elsewhereIn, type Situation, type TurnInFlight } from "./sync-decision.ts";
import type { ChatPageData } from "./types.ts";

const data = (question: string, isStreaming: boolean, lastEventId?: string): ChatPageData => ({
  chat: {
    id: "c",
    title: "",
    model: null,
    status: isStreaming ? "running" : "idle",
    statusDetail: null,
    forkedFrom: null,
    parent: null,
    newSince: null,
  },
  messages: [{ id: question, role: "user", parts: [] }],
  branches: {},
  queue: { isPaused: false, items: [] },
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

/** `shown` is the last question of the head's path; the turn that runs works on `target`. */
const running = (shown: string, target: string, lastEventId = "9"): ChatPageData => {
  const page = data(shown, true, lastEventId);
  return { ...page, session: { ...page.session, answering: { messageId: target, isShown: shown === target } } };
};

describe("with a turn on another branch", () => {
  it("shows the branch, and reads nothing", () => {
    expect(decideSync(idle, running("u1", "v1"))).toBe("show");
  });

  it("lets the stream go when the head left the branch it is on", () => {
    expect(decideSync(open({ started: true }), running("u1", "u2"))).toBe("leave");
    expect(decideSync(open({ kind: "resume", started: false }), running("u1", "v1"))).toBe("leave");
  });

  it("waits with what comes after it", () => {
    for (const kind of ["send", "edit", "regenerate", "continue"] as const)
      expect(decideSync(open({ kind }), running("u1", "v1"))).toBe("wait");
    expect(decideSync(open({ started: true }), running("u1", "v1"))).toBe("wait");
  });

  it("names it, unless it is the page's own", () => {
    expect(elsewhereIn(running("u1", "v1"), null, null)).toBe("v1");
    expect(elsewhereIn(running("u1", "u2"), open().turn, null)).toBeNull();
    expect(elsewhereIn(running("u1", "u1"), null, null)).toBeNull();
    expect(elsewhereIn(data("u1", false), null, null)).toBeNull();
  });
});

describe("with an action open that is not in the database yet", () => {
  it("keeps showing its branch while the turn before it runs on the head's", () => {
    expect(decideSync(open({ kind: "edit", question: "e", target: "e" }), running("u1", "u1"))).toBe("wait");
    expect(decideSync(open({ kind: "regenerate", question: "u0", target: "u0" }), running("u1", "u1"))).toBe("wait");
    // A message simply goes on from there, and that turn is shown first.
    expect(decideSync(open(), running("u1", "u1"))).toBe("leave");
  });

  it("takes the turn before it for one on another branch, unless it stopped that one", () => {
    const edit = open({ kind: "edit", question: "e", target: "e" }).turn;
    const stopped = { question: "u1", since: "9", lastEventId: undefined, until: 100 };
    expect(elsewhereIn(running("u1", "u1"), edit, null)).toBe("u1");
    expect(elsewhereIn(running("u1", "u1"), edit, stopped)).toBeNull();
  });
});
