import { expect, test } from "vitest";
import { APP_TAG, ownerTag, type SessionTraits } from "../tools/foreign-session.ts";
import { foreignRows, liveSessions, overlay } from "./overlay.ts";
import { row } from "./testing/rows.ts";

const now = Date.parse("2026-11-22T10:00:00Z");
const listed = (externalId: string | null, more: object = {}) => ({
  ...{ externalId, closedAt: null, expiresAt: null },
  ...more,
});
const closed = (chatId: string) => ({ chatId, isClosed: true, currentRunId: null });

test("sessions are told from each other by the chat they belong to", () => {
  const sessions = [
    listed("open", { currentRunId: "run_1", expiresAt: new Date(now + 1) }),
    listed("closed", { closedAt: "2026-11-22T09:00:00Z" }),
    listed("expired", { expiresAt: new Date(now) }),
    listed(null, { currentRunId: "run_2" }),
  ];
  expect(liveSessions(sessions, now)).toEqual([
    { chatId: "open", isClosed: false, currentRunId: "run_1" },
    { chatId: "closed", isClosed: true, currentRunId: null },
    { chatId: "expired", isClosed: true, currentRunId: null },
  ]);
});

test("rows keep their order and their number, whatever sessions there are", () => {
  const sessions = [closed("c"), { chatId: "a", isClosed: false, currentRunId: "run_1" }, closed("unknown")];
  expect(overlay([row("a", { state: "Running" }), row("b"), row("c")], sessions)).toEqual([
    { ...row("a", { state: "Running" }), isClosed: false, currentRunId: "run_1" },
    { ...row("b"), isClosed: false, currentRunId: null },
    { ...row("c", { state: "Closed" }), isClosed: true, currentRunId: null },
  ]);
});

test("a closed conversation neither runs nor asks, and does not hide what there is to read", () => {
  const states = ([null, "Running", "Needs you", "Failed", "Unread"] as const).map(
    (state) => overlay([row("a", { state })], [closed("a")])[0]?.state,
  );
  expect(states).toEqual(["Closed", "Closed", "Closed", "Failed", "Unread"]);
});

test("an open session that the app did not create is a row when there is no chat of it", () => {
  const session = (externalId: string | null, more: Partial<SessionTraits> = {}): SessionTraits => ({
    ...{ externalId, type: "chat.agent", taskIdentifier: "chat", tags: [ownerTag("ada")], metadata: null },
    ...{ closedAt: null, expiresAt: null, createdAt: "2026-11-22T09:00:00Z" },
    ...more,
  });
  const sessions = [
    session("bare"),
    session("named", { metadata: { title: " From\n a script\u202e " }, expiresAt: new Date(now + 1) }),
    session("misnamed", { metadata: { title: 7 } }),
    session("endless", { metadata: { title: "😀".repeat(300) } }),
    session("known"),
    session(null),
    session("closed", { closedAt: new Date(0) }),
    session("expired", { expiresAt: new Date(now) }),
    session("ours", { tags: [ownerTag("ada"), APP_TAG] }),
    session("other agent", { taskIdentifier: "research" }),
    session("no chat", { type: "other" }),
  ];
  const rows = foreignRows(sessions, new Set(["known"]), now);
  expect(rows.map(({ id }) => id)).toEqual(["bare", "named", "misnamed", "endless"]);
  expect(rows[0]).toEqual({ ...row("bare"), title: "New chat", at: now - 3_600_000, isForeign: true });
  expect(rows.map(({ title }) => title)).toEqual(["New chat", "From a script", "New chat", "😀".repeat(100)]);
});
