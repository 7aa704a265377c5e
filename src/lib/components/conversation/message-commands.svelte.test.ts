import { beforeEach, expect, it, vi } from "vitest";
import type { CommandParts } from "./message-commands.ts";
import { MessageCommands } from "./message-commands.ts";

const { app, goto, fork } = vi.hoisted(() => ({
  app: { page: { url: new URL("http://skein/chats/one") }, navigating: { to: null as object | null } },
  goto: vi.fn(() => Promise.resolve()),
  fork: vi.fn<() => Promise<string | undefined>>(),
}));
vi.mock("$app/state", () => app);
vi.mock("$app/navigation", () => ({ goto }));
vi.mock("$app/paths", () => ({ resolve: (_: string, { chatId }: { chatId: string }) => `/chats/${chatId}` }));
vi.mock("./chat-api.ts", () => ({ fork }));

beforeEach(() => {
  vi.clearAllMocks();
  app.page.url = new URL("http://skein/chats/one");
  app.navigating.to = null;
});

const commands = () => new MessageCommands({ session: { id: "one" }, onproblem: () => {} } as unknown as CommandParts);

/** Forks, and does something before the server has answered. */
async function forkAnd(meanwhile: () => void) {
  let answer = (_: string) => {};
  fork.mockReturnValueOnce(new Promise((resolve) => (answer = resolve)));
  const forked = commands().fork("a1");
  meanwhile();
  answer("two");
  await forked;
}

it("goes to the chat that was forked", async () => {
  await forkAnd(() => {});
  expect(goto).toHaveBeenCalledWith("/chats/two");
});

it.each([
  ["gone", () => (app.page.url = new URL("http://skein/chats/three"))],
  ["on their way", () => (app.navigating.to = {})],
])("does not fetch back a person who is %s to another page", async (_, leave) => {
  await forkAnd(leave);
  expect(goto).not.toHaveBeenCalled();
});
