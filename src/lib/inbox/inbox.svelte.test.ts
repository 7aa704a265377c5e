import { expect, it, vi } from "vitest";
import { dayIn } from "./calendar.ts";
import { Inbox, type InboxApi } from "./inbox.svelte.ts";
import type { News } from "./news.ts";
import type { InboxPage } from "./row.ts";
import { pageAt, row, rowsAt } from "./testing/rows.ts";

const page = (now: number, ...titles: string[]): InboxPage =>
  pageAt(now, ...titles.map((title, at) => row(title, { at: now - at })));
const titles = (inbox: Inbox) => inbox.rows.map(({ title }) => title);
const unreachable = () => Promise.reject(new TypeError("Failed to fetch"));

function open(
  api: Partial<InboxApi>,
  { first = page(1, "one"), onnews }: { first?: InboxPage; onnews?: (news: News) => void } = {},
): Inbox {
  const whole: InboxApi = {
    readPage: () => Promise.resolve(page(2, "one")),
    readRows: (ids) => Promise.resolve(rowsAt(3, ...ids.map((id) => row(id, { at: 1 })))),
    readSessions: () => Promise.resolve({ sessions: [], foreign: [] }),
    edit: () => Promise.resolve(),
    answer: () => Promise.resolve(null),
    ...api,
  };
  return new Inbox(first, whole, { timeZone: "UTC", dayOf: dayIn("UTC"), ...(onnews && { onnews }) });
}

it("keeps what it shows when it cannot be read again, and shows the news once it can", async () => {
  const readPage = vi.fn<InboxApi["readPage"]>().mockImplementationOnce(unreachable);
  readPage.mockResolvedValue(page(3, "two", "one"));
  const inbox = open({ readPage, readSessions: unreachable });
  inbox.refresh();
  await vi.waitFor(() => expect(readPage).toHaveBeenCalledTimes(1));
  expect(titles(inbox)).toEqual(["one"]);
  expect(inbox.isLive).toBe(true);
  expect(inbox.loading).toBeNull();
  inbox.refresh();
  await vi.waitFor(() => expect(titles(inbox)).toEqual(["two", "one"]), { timeout: 10_000 });
});

it("does not take what came with a page for news when it has read something newer", async () => {
  const inbox = open({ readPage: () => Promise.resolve(page(5, "new")) });
  inbox.refresh();
  await vi.waitFor(() => expect(titles(inbox)).toEqual(["new"]), { timeout: 10_000 });
  inbox.sync(page(4, "old"));
  expect(titles(inbox)).toEqual(["new"]);
  inbox.sync(page(6, "newest"));
  expect(titles(inbox)).toEqual(["newest"]);
});

it("shows the rows at once, whatever the list of sessions takes, and says when it does not come", async () => {
  let answer: (sessions: null) => void = () => {};
  const inbox = open({
    readPage: () => Promise.resolve(page(2, "two")),
    readSessions: () => new Promise((resolve) => (answer = resolve)),
  });
  inbox.refresh();
  await vi.waitFor(() => expect(titles(inbox)).toEqual(["two"]), { timeout: 10_000 });
  answer(null);
  await vi.waitFor(() => expect(inbox.isLive).toBe(false), { timeout: 10_000 });
  expect(titles(inbox)).toEqual(["two"]);
});

it("shows what another surface created among the chats, until it is one of them", async () => {
  const foreign = row("from afar", { at: 7, isForeign: true });
  const inbox = open(
    {
      readPage: () => Promise.resolve(pageAt(2, row("new", { at: 9 }), row("old", { at: 3 }))),
      readSessions: () => Promise.resolve({ sessions: [], foreign: [foreign] }),
      readRows: () => Promise.resolve(rowsAt(4)),
    },
    { first: pageAt(1) },
  );
  inbox.refresh();
  await vi.waitFor(() => expect(titles(inbox)).toEqual(["new", "from afar", "old"]), { timeout: 10_000 });
  inbox.sync(pageAt(3, row("new", { at: 9 }), row("from afar", { at: 8 })));
  expect(inbox.rows.map(({ title, isForeign }) => [title, isForeign])).toEqual([
    ["new", undefined],
    ["from afar", undefined],
  ]);
  // It was deleted: what was read before does not bring it back.
  inbox.changed("from afar");
  await vi.waitFor(() => expect(titles(inbox)).toEqual(["new"]), { timeout: 10_000 });
});

it("shows a chat whose session is closed as closed", async () => {
  const inbox = open({
    readSessions: () =>
      Promise.resolve({ sessions: [{ chatId: "one", isClosed: true, currentRunId: null }], foreign: [] }),
  });
  inbox.refresh();
  await vi.waitFor(() => expect(inbox.rows[0]?.state).toBe("Closed"), { timeout: 10_000 });
  expect(inbox.titleOf("one")).toBe("one");
});

it("reads only what changed, once for all that changed meanwhile, and again what changes while it is read", async () => {
  const release: (() => void)[] = [];
  const readRows = vi.fn<InboxApi["readRows"]>(
    (ids) => new Promise((resolve) => release.push(() => resolve(rowsAt(9, ...ids.map((id) => row(id, { at: 9 })))))),
  );
  const readPage = vi.fn<InboxApi["readPage"]>();
  const inbox = open({ readRows, readPage });
  inbox.changed("one");
  await vi.waitFor(() => expect(release).toHaveLength(1));
  for (const id of ["two", "one", "two"]) inbox.changed(id);
  release[0]?.();
  await vi.waitFor(() => expect(release).toHaveLength(2));
  release[1]?.();
  await vi.waitFor(() => expect(titles(inbox)).toEqual(["two", "one"]));
  expect(readRows.mock.calls).toEqual([[["one"]], [["two", "one"]]]);
  expect(readPage).not.toHaveBeenCalled();
});

it("asks again for what changed when the request for it failed", async () => {
  const readRows = vi.fn<InboxApi["readRows"]>().mockImplementationOnce(unreachable);
  readRows.mockImplementation((ids) => Promise.resolve(rowsAt(9, ...ids.map((id) => row(id, { title: `${id}!` })))));
  const inbox = open({ readRows });
  inbox.changed("one");
  await vi.waitFor(() => expect(readRows).toHaveBeenCalledTimes(1));
  inbox.changed("two");
  await vi.waitFor(() => expect(titles(inbox).sort()).toEqual(["one!", "two!"]));
});

it("reads on below its end, one stretch at a time, and says when that fails", async () => {
  const first = { ...page(9, "a", "b"), end: { at: 8, id: "b" } };
  const readPage = vi.fn<InboxApi["readPage"]>().mockImplementationOnce(unreachable);
  readPage.mockResolvedValue(page(7, "c", "d"));
  const inbox = open({ readPage }, { first });
  inbox.more();
  inbox.more();
  expect(inbox.loading).toBe("loading");
  await vi.waitFor(() => expect(inbox.loading).toBe("failed"));
  inbox.retry();
  await vi.waitFor(() => expect(titles(inbox)).toEqual(["a", "b", "c", "d"]));
  expect(inbox.loading).toBeNull();
  expect(inbox.hasMore).toBe(false);
  inbox.more();
  expect(readPage).toHaveBeenCalledTimes(2);
  expect(readPage.mock.calls[1]).toEqual([
    { view: "inbox", filter: null },
    { before: { at: 8, id: "b" }, limit: 100 },
  ]);
});

it("reads as far as it was read when anything may have changed", async () => {
  const many = Array.from({ length: 700 }, (_, at) => `chat ${at}`);
  const inbox = open({}, { first: { ...page(10_000, ...many), end: { at: 9301, id: "chat 699" } } });
  const readPage = vi.fn<InboxApi["readPage"]>((_, { before, limit }) => {
    const from = before ? 10_000 - before.at + 1 : 0;
    const rows = many.slice(from, from + limit).map((title, at) => row(title, { at: 10_000 - from - at }));
    const last = rows.at(-1);
    return Promise.resolve({ ...pageAt(20_000, ...rows), end: last ? { at: last.at, id: last.id } : null });
  });
  inbox.retry();
  const again = open({ readPage }, { first: { ...page(10_000, ...many), end: { at: 9301, id: "chat 699" } } });
  again.refresh();
  await vi.waitFor(() => expect(readPage).toHaveBeenCalledTimes(2));
  await vi.waitFor(() => expect(titles(again)).toEqual(many));
  expect(readPage.mock.calls.map(([, { limit }]) => limit)).toEqual([500, 500]);
});

it("tells of a chat that ran and has its answer, once", async () => {
  const news: News[] = [];
  const first = pageAt(1, row("one", { state: "Running" }));
  const readRows = () => Promise.resolve(rowsAt(2, row("one", { state: "Unread" })));
  const inbox = open({ readRows }, { first, onnews: (one) => news.push(one) });
  inbox.changed("one");
  await vi.waitFor(() => expect(inbox.rows[0]?.state).toBe("Unread"));
  expect(inbox.isNews("one")).toBe(true);
  inbox.changed("one");
  await vi.waitFor(() => expect(news).toHaveLength(1));
  expect(news[0]).toMatchObject({ chatId: "one", text: "has an answer" });
});

it("shows an edit at once, and takes it back with a word when it cannot be made", async () => {
  let refuse: () => void = () => {};
  const edit = vi.fn(() => new Promise<void>((_, reject) => (refuse = () => reject(new Error("503")))));
  const inbox = open({ edit });
  const edited = inbox.edit("one", { type: "rename", title: "mine" });
  expect(titles(inbox)).toEqual(["mine"]);
  expect(inbox.titleOf("one")).toBe("mine");
  await vi.waitFor(() => expect(edit).toHaveBeenCalled(), { timeout: 10_000 });
  refuse();
  await edited;
  expect(titles(inbox)).toEqual(["one"]);
  expect(inbox.notice).toMatchObject({ isProblem: true, text: "“one” could not be changed. Try again." });
});

it("answers what a chat waits for, and says who was first", async () => {
  const needs = { toolCallId: "c1", kind: "approval", title: "Tidy inbox" } as const;
  const answer = vi.fn<InboxApi["answer"]>().mockResolvedValueOnce("This was denied already.");
  answer.mockRejectedValueOnce(new TypeError("Failed to fetch")).mockResolvedValueOnce(null);
  const inbox = open({ answer }, { first: pageAt(1, row("one", { state: "Needs you", needs })) });
  const approve = { toolCallId: "c1", decision: "approve" } as const;
  await inbox.answer("one", approve);
  expect(answer).toHaveBeenCalledWith("one", approve);
  expect(inbox.notice).toMatchObject({ isProblem: true, text: "This was denied already." });
  expect(inbox.rows).toMatchObject([{ state: null, needs: null }]);
  await inbox.answer("one", approve);
  expect(inbox.notice).toMatchObject({ text: "This could not be sent. Try again." });
  inbox.dismiss();
  await inbox.answer("one", approve);
  expect(inbox.notice).toBeNull();
});

it.each([
  ["archived", { type: "archive", isArchived: true }, { type: "archive", isArchived: false }],
  ["deleted", { type: "delete", isDeleted: true }, { type: "delete", isDeleted: false }],
] as const)("makes edits one after another: a chat that is %s is back at once by Undo", async (said, done, undone) => {
  const made: unknown[] = [];
  const release: (() => void)[] = [];
  const inbox = open({
    edit: (_, edit) => {
      made.push(edit);
      return new Promise((resolve) => release.push(resolve));
    },
    readRows: () => Promise.resolve(made.length === 1 ? rowsAt(5) : rowsAt(6, row("one"))),
  });
  const edited = inbox.edit("one", done);
  expect(titles(inbox)).toEqual([]);
  expect(inbox.notice).toMatchObject({ isProblem: false, text: `“one” is ${said}.` });
  inbox.notice?.undo?.();
  expect(titles(inbox)).toEqual(["one"]);
  await vi.waitFor(() => expect(release).toHaveLength(1), { timeout: 10_000 });
  release[0]?.();
  await edited;
  expect(titles(inbox)).toEqual(["one"]);
  await vi.waitFor(() => expect(release).toHaveLength(2), { timeout: 10_000 });
  release[1]?.();
  expect(made).toEqual([done, undone]);
  await vi.waitFor(() => expect(titles(inbox)).toEqual(["one"]));
});

it("has two lists, and reads the one that is shown", async () => {
  const readPage = vi.fn<InboxApi["readPage"]>(({ view }) =>
    Promise.resolve(pageAt(9, row(view, { isArchived: view === "archived" }))),
  );
  const inbox = open({ readPage });
  inbox.show({ view: "archived", filter: null });
  expect(inbox.isRead).toBe(false);
  expect(inbox.loading).toBe("loading");
  await vi.waitFor(() => expect(titles(inbox)).toEqual(["archived"]), { timeout: 10_000 });
  inbox.sync(page(10, "fresh"));
  expect(titles(inbox)).toEqual(["archived"]);
  inbox.show({ view: "inbox", filter: null });
  expect(titles(inbox)).toEqual(["fresh"]);
});

it("finds the chat above and below another, in the order in which they are shown", () => {
  const first = pageAt(3, row("new", { at: 3 }), row("old", { at: 1, isPinned: true }), row("mid", { at: 2 }));
  const inbox = open({}, { first });
  expect(["old", "new", "mid"].map((id) => inbox.neighbour(id, 1))).toEqual(["new", "mid", null]);
  expect(inbox.neighbour("new", -1)).toBe("old");
  expect(inbox.neighbour(undefined, 1)).toBe("old");
});
