import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { assistant, read, user } from "./testing/fake-chat.ts";
import { FakeTree } from "./testing/fake-tree.ts";

let chat: FakeTree;
beforeEach(async () => {
  chat = await FakeTree.withTwoBranches();
});
afterEach(() => chat.close());

const until = (check: () => void) => vi.waitFor(check, { timeout: 8000, interval: 5 });
const left = ["u1:u1", "a1:one", "u2:u2", "a2:two"];
const right = ["u1:u1", "a1:one", "v2:v2", "b2:other"];

describe("going to a message", () => {
  it("shows its branch, also one that was never seen, and moves nobody who sees it", async () => {
    const page = chat.open();
    await page.goTo("a1");
    expect(chat.moves).toEqual([]);
    await page.goTo("b2");
    expect(read(page)).toEqual(right);
    await page.goTo("a2");
    expect(read(page)).toEqual(left);
    expect(chat.moves).toEqual([{ messageId: "b2" }, { parentId: "u2", id: "a2" }]);
  });

  it("that is gone leaves the page as it is", async () => {
    const page = chat.open();
    await page.goTo("nosuch");
    await until(() => expect(page.isGoing).toBe(false));
    expect(read(page)).toEqual(left);
    expect(page.moveProblem).toBeNull();
  });

  it("without a connection says so", async () => {
    const page = chat.open();
    chat.isHeadDown = true;
    await page.goTo("b2");
    expect(read(page)).toEqual(left);
    expect(page.moveProblem).toBe("The branch cannot be reached right now.");
  });
});

describe("switching", () => {
  it("shows a branch that was seen at once, and says where it is", async () => {
    const page = chat.open();
    expect(page.choiceAt(2)).toMatchObject({ at: 0, branches: [{ id: "u2" }, { id: "v2" }] });
    await page.switchTo("a1", "v2");
    const release = chat.holdMoves();
    const switched = page.switchTo("a1", "u2");
    expect(read(page)).toEqual(left);
    expect(page.choiceAt(2)?.at).toBe(0);
    release();
    await switched;
    expect(read(page)).toEqual(left);
    expect(chat.head).toBe("a2");
  });

  it("to one that was never seen shows the way there at once, then the branch", async () => {
    const page = chat.open();
    const release = chat.holdMoves();
    const switched = page.switchTo("a1", "v2");
    expect(read(page)).toEqual(left.slice(0, 2));
    expect(page.choiceBelow?.at).toBe(1);
    expect(page.isGoing).toBe(true);
    release();
    await switched;
    expect(read(page)).toEqual(right);
    expect(page.choiceAt(2)?.at).toBe(1);
    expect(page.choiceBelow).toBeNull();
  });

  it("keeps what both branches have, so that it is not drawn again", async () => {
    const page = chat.open();
    await page.switchTo("a1", "v2");
    const [first, second] = page.messages;
    await page.switchTo("a1", "u2");
    await page.switchTo("a1", "v2");
    expect(page.messages[0]).toBe(first);
    expect(page.messages[1]).toBe(second);
  });

  it("back and forth quickly ends where one stopped, with no move made in vain", async () => {
    const page = chat.open();
    await page.switchTo("a1", "v2");
    const release = chat.holdMoves();
    const moves = [page.switchTo("a1", "u2"), page.switchTo("a1", "v2"), page.switchTo("a1", "u2")];
    release();
    await Promise.all(moves);
    await until(() => expect(chat.head).toBe("a2"));
    expect(read(page)).toEqual(left);
    expect(chat.moves.slice(1)).toHaveLength(2);
  });

  it("is not undone by what was read before it", async () => {
    const page = chat.open();
    const before = chat.data();
    const release = chat.holdMoves();
    const switched = page.switchTo("a1", "v2");
    chat.announce();
    page.sync(before);
    expect(read(page)).toEqual(left.slice(0, 2));
    release();
    await switched;
    page.sync(structuredClone(before));
    await until(() => expect(chat.reloads).toBeGreaterThan(1));
    expect(read(page)).toEqual(right);
  });

  it("that fails goes back and says why; the next one works", async () => {
    const page = chat.open();
    chat.isHeadDown = true;
    await page.switchTo("a1", "v2");
    expect(read(page)).toEqual(left);
    expect(page.moveProblem).toBe("The branch cannot be reached right now.");
    chat.isHeadDown = false;
    await page.switchTo("a1", "v2");
    expect(page.moveProblem).toBeNull();
    expect(read(page)).toEqual(right);
  });

  it("elsewhere moves this page too", async () => {
    const page = chat.open();
    chat.head = "b2";
    chat.announce();
    await until(() => expect(read(page)).toEqual(right));
  });
});

describe("a branch that is being answered", () => {
  /** `u3` below `a2` is being answered. */
  function ask(page = chat.open()) {
    chat.begin("u3", user("u3"));
    chat.announce();
    chat.engine.begin("a3", "u3");
    chat.engine.words("w1 ", "w2 ");
    return page;
  }

  it("is let go when one looks away, and goes on from where it is when one comes back", async () => {
    const page = ask();
    await until(() => expect(read(page).at(-1)).toBe("a3:w1 w2 "));
    const switched = page.switchTo("a1", "v2");
    expect(page.isRunning).toBe(false);
    expect(page.elsewhere).toBe("u3");
    await switched;
    await until(() => expect(chat.engine.readers).toBe(0));
    expect(read(page)).toEqual(right);
    expect(page.choiceAt(2)?.branches[0]).toEqual({ id: "u2", mark: "running" });
    chat.engine.words("w3 ");
    expect(chat.engine.inputs).toEqual([]);

    const seen = new Set<string>();
    const back = page.showElsewhere();
    expect(page.isRunning).toBe(true);
    expect(read(page)).toEqual([...left, "u3:u3", "a3:w1 w2 "]);
    const watch = setInterval(() => seen.add(read(page).at(-1) ?? ""), 0);
    await back;
    await until(() => expect(read(page).at(-1)).toBe("a3:w1 w2 w3 "));
    clearInterval(watch);
    expect([...seen].filter((text) => !"a3:w1 w2 w3 ".startsWith(text))).toEqual([]);
    chat.engine.words("w4");
    await until(() => expect(read(page)).toEqual([...left, "u3:u3", "a3:w1 w2 w3 w4"]));
    expect(page.elsewhere).toBeNull();
  });

  it("is marked at once when one looks away from it, even if nothing is known of it but one's own edit", async () => {
    const page = chat.open();
    await page.edit("u2", [{ type: "text", text: "again" }]);
    const action = chat.engine.inputs[0]?.payload?.action;
    const id = action?.type === "edit" ? action.message.id : "";
    const release = chat.holdMoves();
    const switched = page.switchTo("a1", "u2");
    expect(read(page)).toEqual(left);
    expect(page.choiceAt(2)).toMatchObject({
      at: 0,
      branches: [{ id: "u2" }, { id: "v2" }, { id, mark: "running" }],
    });
    release();
    await switched;
  });

  it("can be left by a switch while its own message is still on the way", async () => {
    const page = chat.open();
    chat.engine.holdAppends();
    const sending = page.send("three");
    await page.switchTo("a1", "v2");
    expect(read(page)).toEqual(right);
    chat.engine.releaseAppends();
    await sending;
    await until(() => expect(page.isRunning).toBe(false));
    expect(read(page)).toEqual(right);
    const id = chat.engine.inputs[0]?.payload?.message?.id ?? "";
    chat.begin(id, user(id, "three"), "a2");
    chat.announce();
    chat.engine.begin("a3", id);
    chat.engine.words("w1");
    await until(() => expect(read(page)).toEqual([...left, `${id}:three`, "a3:w1"]));
  });

  it("is not read by a page that shows another one, and its answer is marked there", async () => {
    chat.begin("u3", user("u3"));
    chat.head = "b2";
    const page = chat.open();
    expect(page.status).toBe("ready");
    expect(page.elsewhere).toBe("u3");
    expect(chat.engine.reads).toEqual([]);
    chat.end(assistant("a3", "u3", "done"), chat.engine.answer("a3", "u3", "done", 3), 3);
    chat.announce();
    await until(() => expect(page.elsewhere).toBeNull());
    expect(read(page)).toEqual(right);
    expect(page.choiceAt(2)?.branches[0]).toEqual({ id: "u2", mark: "unread" });
    await page.switchTo("a1", "u2");
    expect(page.choiceAt(2)?.branches.map(({ mark }) => mark)).toEqual([null, null]);
  });

  it("does not hold up a message on another one, which waits for its turn", async () => {
    chat.begin("u3", user("u3"));
    chat.head = "b2";
    const page = chat.open();
    chat.engine.begin("a3", "u3");
    await page.send("four");
    const id = chat.engine.inputs[0]?.payload?.message?.id ?? "";
    expect(chat.engine.inputs[0]?.payload?.message?.metadata).toMatchObject({ after: "b2" });
    expect(page.activity).toBe("waiting");
    chat.announce();
    chat.engine.words("not mine");
    chat.engine.finish();
    chat.end(assistant("a3", "u3", "not mine"), chat.engine.complete(3), 3);
    chat.begin(id, user(id, "four"), "b2");
    chat.announce();
    chat.engine.begin("a4", id);
    chat.engine.words("mine");
    await until(() => expect(read(page)).toEqual([...right, `${id}:four`, "a4:mine"]));
    expect(page.activity).toBe("generating");
  });

  it("can be stopped from another one", async () => {
    chat.begin("u3", user("u3"));
    chat.head = "b2";
    const page = chat.open();
    await page.stopElsewhere();
    expect(chat.engine.inputs.map(({ kind }) => kind)).toEqual(["stop"]);
    expect(chat.stops).toEqual(["u3"]);
  });

  it("is left when somebody goes to another branch on another device", async () => {
    const page = ask();
    await until(() => expect(read(page).at(-1)).toBe("a3:w1 w2 "));
    chat.head = "b2";
    chat.announce();
    await until(() => expect(read(page)).toEqual(right));
    expect(page.isRunning).toBe(false);
    await until(() => expect(chat.engine.readers).toBe(0));
  });
});

describe("undo", () => {
  it("takes the last exchange back at once, and leaves the way to it", async () => {
    const page = chat.open();
    const undone = page.undo();
    expect(read(page)).toEqual(left.slice(0, 2));
    await undone;
    expect(chat.moves).toEqual([{ undo: "u2" }]);
    expect(page.choiceBelow?.branches.map(({ id }) => id)).toEqual(["u2", "v2"]);
    await page.switchTo("a1", "u2");
    expect(read(page)).toEqual(left);
  });

  it("of everything leaves an empty path, and a way back", async () => {
    const page = chat.open();
    const undone = [page.undo(), page.undo()];
    expect(read(page)).toEqual([]);
    await Promise.all(undone);
    await until(() => expect(chat.head).toBeNull());
    expect(chat.moves).toEqual([{ undo: "u2" }, { undo: "u1" }]);
    expect(page.choiceBelow?.branches.map(({ id }) => id)).toEqual(["u1"]);
    await page.send("anew");
    expect(chat.engine.inputs[0]?.payload?.message?.metadata).toMatchObject({ after: null });
  });

  it("goes before a message that is written at once: it follows what is shown", async () => {
    const page = chat.open();
    const release = chat.holdMoves();
    const undone = page.undo();
    const sent = page.send("instead");
    expect(read(page)).toEqual([...left.slice(0, 2), expect.stringMatching(/:instead$/)]);
    // What is sent after it and waits for nothing has arrived: so would it have.
    await chat.open().send("from elsewhere");
    expect(chat.engine.inputs).toHaveLength(1);
    release();
    await Promise.all([undone, sent]);
    expect(chat.head).toBe("a1");
    expect(chat.engine.inputs[1]?.payload?.message?.metadata).toMatchObject({ after: "a1" });
  });
});
