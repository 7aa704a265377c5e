import { expect, it, vi } from "vitest";
import { Inbox, type InboxApi } from "./inbox.svelte.ts";
import type { InboxPage } from "./row.ts";

const page = (now: number, ...titles: string[]): InboxPage => ({
  now,
  rows: titles.map((title) => ({ id: title, title, preview: "", state: null, isPinned: false, at: now })),
});
const titles = (inbox: Inbox) => inbox.rows.map(({ title }) => title);
const unreachable = () => Promise.reject(new TypeError("Failed to fetch"));

function open(api: Partial<InboxApi>): Inbox {
  return new Inbox(page(1, "one"), {
    readRows: () => Promise.resolve(page(2, "one")),
    readSessions: () => Promise.resolve([]),
    edit: () => Promise.resolve(),
    ...api,
  });
}

it("keeps what it shows when it cannot be read again, and shows the news once it can", async () => {
  const readRows = vi.fn<InboxApi["readRows"]>().mockImplementationOnce(unreachable);
  readRows.mockResolvedValue(page(3, "two", "one"));
  const inbox = open({ readRows, readSessions: unreachable });
  inbox.refresh();
  await vi.waitFor(() => expect(readRows).toHaveBeenCalledTimes(1));
  expect(titles(inbox)).toEqual(["one"]);
  expect(inbox.isLive).toBe(true);
  await vi.waitFor(
    () => {
      inbox.refresh();
      expect(titles(inbox)).toEqual(["two", "one"]);
    },
    { timeout: 10_000 },
  );
});

it("does not take what came with a page for news when it has read something newer", async () => {
  const inbox = open({ readRows: () => Promise.resolve(page(5, "new")) });
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
    readRows: () => Promise.resolve(page(2, "two")),
    readSessions: () => new Promise((resolve) => (answer = resolve)),
  });
  inbox.refresh();
  await vi.waitFor(() => expect(titles(inbox)).toEqual(["two"]), { timeout: 10_000 });
  answer(null);
  await vi.waitFor(() => expect(inbox.isLive).toBe(false), { timeout: 10_000 });
  expect(titles(inbox)).toEqual(["two"]);
});

it("shows a chat whose session is closed as closed", async () => {
  const inbox = open({
    readSessions: () => Promise.resolve([{ chatId: "one", isClosed: true, currentRunId: null }]),
  });
  inbox.refresh();
  await vi.waitFor(() => expect(inbox.rows[0]?.state).toBe("Closed"), { timeout: 10_000 });
  expect(inbox.titleOf("one")).toBe("one");
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

it("makes edits one after another, and undoes the archiving of a chat", async () => {
  const made: unknown[] = [];
  const release: (() => void)[] = [];
  const inbox = open({
    edit: (_, edit) => {
      made.push(edit);
      return new Promise((resolve) => release.push(resolve));
    },
  });
  const archived = inbox.edit("one", { type: "archive", isArchived: true });
  expect(titles(inbox)).toEqual([]);
  expect(inbox.notice).toMatchObject({ isProblem: false, text: "“one” is archived." });
  inbox.notice?.undo?.();
  expect(titles(inbox)).toEqual(["one"]);
  await vi.waitFor(() => expect(release).toHaveLength(1), { timeout: 10_000 });
  release[0]?.();
  await archived;
  await vi.waitFor(() => expect(release).toHaveLength(2), { timeout: 10_000 });
  expect(made).toEqual([
    { type: "archive", isArchived: true },
    { type: "archive", isArchived: false },
  ]);
});

it("has two lists, and reads the one that is shown", async () => {
  const readRows = vi.fn<InboxApi["readRows"]>((view) => Promise.resolve(page(9, view)));
  const inbox = open({ readRows });
  inbox.show("archived");
  expect(inbox.readAt).toBeNull();
  await vi.waitFor(() => expect(titles(inbox)).toEqual(["archived"]), { timeout: 10_000 });
  inbox.sync(page(10, "fresh"));
  expect(titles(inbox)).toEqual(["archived"]);
  inbox.show("inbox");
  expect(titles(inbox)).toEqual(["fresh"]);
});
