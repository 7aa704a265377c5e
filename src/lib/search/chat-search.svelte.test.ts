import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ChatSearch, SearchRefusal } from "./chat-search.svelte.ts";
import type { SearchResult } from "./result.ts";

const found = (...ids: string[]): SearchResult[] =>
  ids.map((chatId) => ({
    ...{ chatId, title: [{ text: chatId, isMatch: true }], isArchived: false, at: 0 },
    ...{ messageId: null, role: null, snippet: [] },
  }));

/** A server that answers when it is told to. */
class Server {
  readonly asked: { query: string; signal: AbortSignal; answer(...ids: string[]): void; fail(cause: Error): void }[] =
    [];
  api = (query: string, signal: AbortSignal) =>
    new Promise<SearchResult[]>((resolve, reject) => {
      this.asked.push({ query, signal, answer: (...ids) => resolve(found(...ids)), fail: reject });
    });

  get queries() {
    return this.asked.map(({ query }) => query);
  }
}

let server: Server;
let isOnline: boolean;
let search: ChatSearch;
beforeEach(() => {
  vi.useFakeTimers();
  server = new Server();
  isOnline = true;
  search = new ChatSearch(server.api, () => isOnline);
});
afterEach(() => void vi.useRealTimers());

const pause = (ms = 120) => vi.advanceTimersByTimeAsync(ms);
const shown = () => search.results?.map(({ chatId }) => chatId) ?? null;

describe("typing", () => {
  it("asks once it pauses, for what is there then", async () => {
    search.type("l");
    await pause(60);
    search.type("li");
    await pause(60);
    search.type("lis ");
    expect(server.queries).toEqual([]);
    await pause();
    expect(server.queries).toEqual(["lis"]);
    search.type("lis");
    await pause();
    expect(server.queries).toEqual(["lis"]);
  });

  it("gives up what was asked before, and never shows what comes too late", async () => {
    search.type("first");
    await pause();
    search.type("second");
    expect(server.asked[0]?.signal.aborted).toBe(true);
    await pause();
    server.asked[1]?.answer("new");
    await pause(0);
    server.asked[0]?.answer("old");
    await pause(0);
    expect(shown()).toEqual(["new"]);
    expect(search.status).toBe("1 result");
  });

  it("keeps the results there are until the next are here, and says after a while that it takes long", async () => {
    search.type("first");
    await pause();
    server.asked[0]?.answer("a", "b");
    await pause(0);
    expect(search.status).toBe("2 results");
    search.type("second");
    await pause();
    expect(shown()).toEqual(["a", "b"]);
    expect(search.status).toBe("2 results");
    await pause(400);
    expect(search.status).toBe("Searching…");
    server.asked[1]?.answer();
    await pause(0);
    expect(shown()).toEqual([]);
    expect(search.status).toBe("Nothing found for “second”");
  });

  it("is over when nothing is left of it", async () => {
    search.type("first");
    await pause();
    search.type("  ");
    expect(search.isOn).toBe(false);
    server.asked[0]?.answer("late");
    await pause(1000);
    expect([shown(), search.status]).toEqual([null, ""]);
  });
});

describe("Enter", () => {
  it("does not wait for a pause, and waits for the answer to what is typed last", async () => {
    search.type("first");
    let isSettled = false;
    const settled = search.settled().then(() => (isSettled = true));
    await pause(0);
    expect(server.queries).toEqual(["first"]);
    search.type("second");
    await pause(0);
    expect(isSettled).toBe(false);
    expect(server.queries).toEqual(["first", "second"]);
    server.asked[1]?.answer("a");
    await settled;
    expect(shown()).toEqual(["a"]);
  });
});

describe("what does not work", () => {
  it("is said in one sentence, and tried again with the same words", async () => {
    search.type("words");
    await pause();
    server.asked[0]?.fail(new TypeError("Failed to fetch"));
    await pause(0);
    expect(search.status).toBe("The search did not work. Press Enter to try again.");
    expect(search.query).toBe("words");
    search.retry();
    await pause();
    server.asked[1]?.answer("a");
    await pause(0);
    expect(search.status).toBe("1 result");
    search.retry();
    await pause();
    expect(server.queries).toEqual(["words", "words"]);
  });

  it("is said in the server's words when it has some, and otherwise when there is no connection", async () => {
    search.type("slow");
    await pause();
    server.asked[0]?.fail(new SearchRefusal("This search takes too long. Try other words."));
    await pause(0);
    expect(search.problem).toBe("This search takes too long. Try other words.");
    isOnline = false;
    search.type("away");
    await pause();
    server.asked[1]?.fail(new TypeError("Failed to fetch"));
    await pause(0);
    expect(search.problem).toBe("You are offline. The search goes on when the connection is back.");
  });
});
