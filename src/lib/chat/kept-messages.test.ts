import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { KeptMessages } from "./kept-messages.ts";
import { FakeBrowser } from "./testing/fake-browser.ts";
import { user } from "./testing/fake-chat.ts";

let browser: FakeBrowser;
beforeEach(() => {
  browser = new FakeBrowser();
});
afterEach(() => vi.unstubAllGlobals());

const unsent = (id: string) => ({ message: user(id), model: "demo:words" });
const ids = (chatId = "chat") => new KeptMessages(chatId).all().map(({ message }) => message.id);

it("brings messages back as they were, in the order they were written, each in its own chat", () => {
  const kept = new KeptMessages("chat");
  // All within one millisecond.
  for (const id of ["z", "a", "m"]) kept.keep(unsent(id));
  new KeptMessages("other").keep(unsent("x"));
  expect(new KeptMessages("chat").all()).toEqual(["z", "a", "m"].map(unsent));
  kept.keep(unsent("z"));
  kept.forget("a");
  expect(ids()).toEqual(["z", "m"]);
  expect(ids("other")).toEqual(["x"]);
});

it("keeps what another tab of the same chat keeps", () => {
  const [one, two] = [new KeptMessages("chat"), new KeptMessages("chat")];
  one.keep(unsent("a"));
  two.keep(unsent("b"));
  one.forget("a");
  expect(ids()).toEqual(["b"]);
});

it("writes after what was kept before the page was opened, whatever the clock says", () => {
  vi.useFakeTimers({ now: 2000 });
  new KeptMessages("chat").keep(unsent("a"));
  vi.setSystemTime(1000);
  const kept = new KeptMessages("chat");
  kept.all();
  kept.keep(unsent("b"));
  expect(ids()).toEqual(["a", "b"]);
  vi.useRealTimers();
});

it("lets other words take the place of the old ones", () => {
  const kept = new KeptMessages("chat");
  for (const id of ["a", "b"]) kept.keep(unsent(id));
  kept.keep(unsent("a2"), "a");
  kept.forget("a");
  expect(ids()).toEqual(["a2", "b"]);
});

it.each(["", "null", "[]", "{", '"x"', '{"at":1}', '{"at":1,"message":{"id":"a","role":"system","parts":[]}}'])(
  "does not bring back what is no message: %s",
  (value) => {
    browser.store("skein:waiting:chat:a", value);
    expect(ids()).toEqual([]);
  },
);

it("does without a storage", () => {
  browser.refuseStorage();
  const kept = new KeptMessages("chat");
  kept.keep(unsent("a"));
  kept.forget("a");
  expect(kept.all()).toEqual([]);
});
