import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { SkeinMessage } from "../tools/message.ts";
import type { Input } from "./testing/fake-engine.ts";
import { assistant, read, user } from "./testing/fake-chat.ts";
import { FakeTree } from "./testing/fake-tree.ts";

let chat: FakeTree;
beforeEach(async () => {
  chat = await FakeTree.withTwoBranches();
});
afterEach(() => chat.close());

const until = (check: () => void) => vi.waitFor(check, { timeout: 8000, interval: 5 });
const text = (value: string): SkeinMessage["parts"] => [{ type: "text", text: value }];
const left = ["u1:u1", "a1:one", "u2:u2", "a2:two"];
const kinds = () =>
  chat.engine.inputs.map((input) => input.payload?.action?.type ?? input.payload?.trigger ?? input.kind);

function lastAction() {
  const action = chat.engine.inputs.at(-1)?.payload?.action;
  if (!action) throw new Error("the last input is no action");
  return action;
}
const editedId = (input: Input | undefined = chat.engine.inputs.at(-1)) => {
  const action = input?.payload?.action;
  return action?.type === "edit" ? action.message.id : "";
};
const attemptOf = () => {
  const action = lastAction();
  return action.type === "edit" ? "" : action.attempt;
};

/** The agent takes the edited question and begins. */
function takeEdit(id: string, answerId: string, below = "a1") {
  chat.begin(id, user(id, "two again"), below);
  chat.announce();
  chat.engine.begin(answerId, id);
}

describe("editing", () => {
  it("shows the new wording with its answer beside the old one", async () => {
    const page = chat.open();
    const edited = page.edit("u2", text("two again"));
    expect(read(page).map((line) => line.split(":")[1])).toEqual(["u1", "one", "two again"]);
    expect(page.choiceAt(2)).toMatchObject({ at: 2, branches: [{ id: "u2" }, { id: "v2" }, {}] });
    expect(page.isRunning).toBe(true);
    expect(await edited).toBe(true);
    const id = editedId();
    expect(lastAction()).toEqual({ type: "edit", messageId: "u2", message: { id, parts: text("two again") } });
    expect(chat.engine.inputs[0]?.payload?.metadata).toEqual({ model: "demo:words" });

    takeEdit(id, "a9");
    chat.engine.words("w1 ", "w2");
    await until(() => expect(read(page)).toEqual([...left.slice(0, 2), `${id}:two again`, "a9:w1 w2"]));
    chat.engine.finish();
    chat.end(assistant("a9", id, "w1 w2"), chat.engine.complete(3), 3);
    chat.announce();
    await until(() => expect(page.status).toBe("ready"));
    expect(page.choiceAt(2)?.branches.map((branch) => branch.id)).toEqual(["u2", "v2", id]);
    await page.switchTo("a1", "u2");
    expect(read(page)).toEqual(left);
  });

  it("of the first message makes a second beginning", async () => {
    const page = chat.open();
    await page.edit("u1", text("anew"));
    const id = editedId();
    expect(read(page)).toEqual([`${id}:anew`]);
    chat.begin(id, user(id, "anew"), null);
    chat.announce();
    chat.engine.begin("a9", id);
    chat.engine.words("hi");
    await until(() => expect(read(page)).toEqual([`${id}:anew`, "a9:hi"]));
    expect(page.choiceAt(0)).toMatchObject({ parentId: null, at: 1 });
  });

  it("that could not be sent changes nothing, says so, and is sent the same once more", async () => {
    const page = chat.open();
    chat.engine.refusals.push({ status: 413 });
    expect(await page.edit("u2", text("two again"))).toBe(false);
    expect(read(page)).toEqual(left);
    expect(page.error).toEqual({ kind: "not-sent", messageId: "u2", message: "This message is too long." });
    chat.announce();
    await until(() => expect(chat.reloads).toBeGreaterThan(0));
    expect(page.error?.kind).toBe("not-sent");
    expect(await page.retry()).toBe(true);
    expect(page.error).toBeNull();
    expect(lastAction()).toMatchObject({ type: "edit", messageId: "u2", message: { parts: text("two again") } });
  });

  it("that the agent could not do is the same edit when it is tried again", async () => {
    const page = chat.open();
    expect(await page.edit("u2", text("two again"))).toBe(true);
    const id = editedId();
    const { seq = 0 } = chat.engine.inputs.at(-1) ?? {};
    chat.engine.chunk({ type: "error", errorText: "This could not be done just now. Try again." });
    chat.engine.complete(seq);
    await until(() => expect(page.error?.message).toMatch(/just now/));
    await page.retry();
    expect(kinds()).toEqual(["edit", "edit"]);
    expect(lastAction()).toMatchObject({ messageId: "u2", message: { id } });
    expect(read(page)).toEqual([...left.slice(0, 2), `${id}:two again`]);
  });

  it("whose request lost its answer is recognised when it comes", async () => {
    const page = chat.open();
    chat.engine.loseAnswer = true;
    expect(await page.edit("u2", text("two again"))).toBe(false);
    const id = editedId();
    takeEdit(id, "a9");
    chat.engine.words("w1");
    await until(() => expect(read(page)).toEqual([...left.slice(0, 2), `${id}:two again`, "a9:w1"]));
    expect(page.error).toBeNull();
  });

  it("stops the turn it replaces first, and shows nothing of it again", async () => {
    const page = chat.open();
    chat.begin("u3", user("u3"));
    chat.announce();
    chat.engine.begin("a3", "u3");
    chat.engine.words("half ");
    await until(() => expect(read(page).at(-1)).toBe("a3:half "));
    await page.edit("u3", text("three again"));
    expect(kinds()).toEqual(["stop", "edit"]);
    expect(chat.stops).toEqual(["u3"]);
    const id = editedId();
    expect(page.elsewhere).toBeNull();
    const seen = new Set<string>();
    const watch = setInterval(() => seen.add(read(page).at(-1) ?? ""), 0);
    chat.announce();
    chat.engine.words("more");
    chat.engine.chunk({ type: "abort" });
    chat.end(assistant("a3", "u3", "half more"), chat.engine.complete(3), 3);
    chat.announce();
    chat.begin(id, user(id, "three again"), "a2");
    chat.announce();
    chat.engine.begin("a4", id);
    chat.engine.words("right");
    await until(() => expect(read(page)).toEqual([...left, `${id}:three again`, "a4:right"]));
    clearInterval(watch);
    expect([...seen].filter((line) => line.startsWith("a3"))).toEqual([]);
  });

  it("is not read into a branch that one went to while it was on its way", async () => {
    const page = chat.open();
    await page.switchTo("a1", "v2");
    await page.switchTo("a1", "u2");
    chat.begin("u3", user("u3"));
    chat.announce();
    chat.engine.begin("a3", "u3");
    chat.engine.words("half ");
    await until(() => expect(read(page).at(-1)).toBe("a3:half "));
    const edited = page.edit("u3", text("three again"));
    await Promise.all([edited, page.switchTo("a1", "v2")]);
    expect(await edited).toBe(true);
    expect(kinds()).toEqual(["stop", "edit"]);
    const id = editedId();
    const seen = new Set<string>();
    const watch = setInterval(() => read(page).forEach((line) => seen.add(line)), 0);
    chat.engine.chunk({ type: "abort" });
    chat.end(assistant("a3", "u3", "half"), chat.engine.complete(3), 3);
    chat.begin(id, user(id, "three again"), "a2");
    chat.announce();
    chat.engine.begin("a4", id);
    chat.engine.words("right");
    // The head went there last.
    await until(() => expect(read(page)).toEqual([...left, `${id}:three again`, "a4:right"]));
    clearInterval(watch);
    expect([...seen].filter((line) => line.startsWith("a4:") && !"a4:right".startsWith(line))).toEqual([]);
  });

  it("goes before a message that is sent while the turn it replaces is being stopped", async () => {
    const page = chat.open();
    chat.begin("u3", user("u3"));
    chat.announce();
    chat.engine.begin("a3", "u3");
    await until(() => expect(page.status).toBe("streaming"));
    chat.engine.holdAppends();
    const edited = page.edit("u3", text("three again"));
    const sent = page.send("and then?");
    expect(
      read(page)
        .slice(-2)
        .map((line) => line.split(":")[1]),
    ).toEqual(["three again", "and then?"]);
    chat.engine.releaseAppends();
    expect(await edited).toBe(true);
    await sent;
    expect(kinds()).toEqual(["stop", "edit", "submit-message"]);
    expect(chat.engine.inputs.at(-1)?.payload?.message?.metadata).toMatchObject({
      after: editedId(chat.engine.inputs[1]),
    });
  });

  it("goes before a message that is sent from another branch meanwhile", async () => {
    chat.add("a2", user("u3"), assistant("a3", "u3", "three"));
    chat.head = "a3";
    const page = chat.open();
    await page.switchTo("a1", "v2");
    await page.switchTo("a1", "u2");
    chat.engine.holdAppends();
    const edited = page.edit("u3", text("three again"));
    await page.switchTo("a1", "v2");
    const sent = page.send("and there?");
    chat.engine.releaseAppends();
    expect(await edited).toBe(true);
    await sent;
    expect(kinds()).toEqual(["edit", "submit-message"]);
    expect(chat.engine.inputs.at(-1)?.payload?.message?.metadata).toMatchObject({ after: "b2" });
  });

  it("twice quickly makes two branches and ends on the second", async () => {
    const page = chat.open();
    await page.edit("u2", text("first"));
    const first = editedId();
    await page.edit(first, text("second"));
    const second = editedId();
    expect(kinds()).toEqual(["edit", "stop", "edit"]);
    expect(lastAction()).toMatchObject({ messageId: first });
    expect(read(page).at(-1)).toBe(`${second}:second`);
    chat.begin(first, user(first, "first"), "a1");
    chat.announce();
    chat.end(undefined, chat.engine.complete(4), 4);
    chat.announce();
    chat.begin(second, user(second, "second"), "a1");
    chat.announce();
    chat.engine.begin("a9", second);
    chat.engine.words("to second");
    await until(() => expect(read(page)).toEqual([...left.slice(0, 2), `${second}:second`, "a9:to second"]));
    expect(page.choiceAt(2)?.branches.map(({ id }) => id)).toEqual(["u2", "v2", first, second]);
  });

  it("waits for a turn on another branch, and says so", async () => {
    chat.begin("u3", user("u3"));
    chat.head = "b2";
    const page = chat.open();
    chat.engine.begin("a3", "u3");
    await page.edit("v2", text("two again"));
    expect(kinds()).toEqual(["edit"]);
    expect(page.activity).toBe("waiting");
    expect(page.elsewhere).toBe("u3");
    const id = editedId();
    chat.engine.words("not mine");
    chat.announce();
    chat.engine.finish();
    chat.end(assistant("a3", "u3", "not mine"), chat.engine.complete(3), 3);
    chat.announce();
    takeEdit(id, "a9");
    chat.engine.words("mine");
    await until(() => expect(read(page)).toEqual([...left.slice(0, 2), `${id}:two again`, "a9:mine"]));
    expect(page.elsewhere).toBeNull();
  });

  it("in two tabs at once: each page ends where the head is, and nothing is lost", async () => {
    const [one, two] = [chat.open(), chat.open()];
    await one.edit("u2", text("two again"));
    const first = editedId();
    await two.edit("u2", text("two again"));
    const second = editedId();
    takeEdit(first, "a8");
    chat.engine.words("to one");
    await until(() => expect(read(one).at(-1)).toBe("a8:to one"));
    await until(() => expect(two.activity).toBe("waiting"));
    expect(read(two).at(-1)).toBe(`${second}:two again`);
    chat.engine.finish();
    chat.end(assistant("a8", first, "to one"), chat.engine.complete(3), 3);
    chat.announce();
    takeEdit(second, "a9");
    chat.engine.words("to two");
    for (const page of [one, two])
      await until(() => expect(read(page)).toEqual([...left.slice(0, 2), `${second}:two again`, "a9:to two"]));
    expect(two.choiceAt(2)?.branches.map(({ id }) => id)).toEqual(["u2", "v2", first, second]);
  });
});

describe("an action that the agent refuses", () => {
  const sentence = "This could not be done just now. Try again.";
  const sequence = () => chat.engine.inputs.at(-1)?.seq ?? 0;
  const refuse = () => {
    chat.engine.chunk({ type: "error", errorText: sentence });
    return chat.engine.complete(sequence());
  };
  afterEach(() => {
    vi.useRealTimers();
  });

  it.each([
    ["whose end the database knows", true],
    ["whose end it never heard of", false],
  ])("is shown as not sent, and an edit keeps its words: %s", async (_, isKnown) => {
    const page = chat.open();
    await page.edit("u2", text("two again"));
    const id = editedId();
    const end = refuse();
    await until(() => expect(page.error).toMatchObject({ message: sentence, kind: "failed", messageId: id }));
    expect(page.status).toBe("error");
    if (isKnown) chat.end(undefined, end, sequence());
    else {
      vi.useFakeTimers({ toFake: ["Date"] });
      vi.setSystemTime(Date.now() + 9000);
    }
    chat.announce();
    await until(() => expect(page.error).toEqual({ message: sentence, kind: "not-sent", messageId: "u2" }));
    expect(page.status).toBe("error");
    expect(read(page)).toEqual(left);
    expect(await page.retry()).toBe(true);
    expect(lastAction()).toEqual({ type: "edit", messageId: "u2", message: { id, parts: text("two again") } });
    expect(read(page)).toEqual([...left.slice(0, 2), `${id}:two again`]);
  });

  it("says so of another answer that was asked for", async () => {
    const page = chat.open();
    await page.regenerate("a2");
    const asked = lastAction();
    chat.end(undefined, refuse(), sequence());
    await until(() => expect(page.error?.message).toBe(sentence));
    chat.announce();
    await until(() => expect(page.error).toEqual({ message: sentence, kind: "not-sent", messageId: "a2" }));
    expect(read(page)).toEqual(left);
    await page.retry();
    expect(lastAction()).toEqual(asked);
  });

  it("does not stand in the way of a message", async () => {
    const page = chat.open();
    await page.edit("u2", text("two again"));
    const end = refuse();
    await until(() => expect(page.error?.message).toBe(sentence));
    await page.send("never mind");
    chat.lastEventId = end;
    const id = page.messages.at(-1)?.id ?? "";
    chat.begin(id, user(id, "never mind"));
    chat.announce();
    chat.engine.begin("a3", id);
    chat.engine.words("well");
    await until(() => expect(read(page).at(-1)).toBe("a3:well"));
    chat.engine.finish();
    chat.end(assistant("a3", id, "well"), chat.engine.complete(sequence()), sequence());
    chat.announce();
    await until(() => expect(page.status).toBe("ready"));
    expect(read(page)).toEqual([...left, `${id}:never mind`, "a3:well"]);
  });
});

describe("a model that fails before it has said anything", () => {
  const sentence = "The provider refused the API key.";
  const fail = (target: string, message?: SkeinMessage, parentId?: string) => {
    const { seq = 0 } = chat.engine.inputs.at(-1) ?? {};
    chat.begin(target, message, parentId);
    chat.engine.chunk({ type: "error", errorText: sentence });
    const end = chat.engine.complete(seq);
    return () => {
      chat.end(undefined, end, seq);
      chat.status = "failed";
      chat.statusDetail = sentence;
      chat.announce();
    };
  };

  it.each(["edit", "regenerate", "continue"] as const)("is a failure after: %s", async (type) => {
    const page = chat.open();
    const seen = new Set<string | undefined>();
    if (type === "edit") await page.edit("u2", text("two again"));
    else if (type === "regenerate") await page.regenerate("a2");
    else await page.goOn("a2");
    const watch = setInterval(() => seen.add(page.error?.kind), 0);
    const id = editedId();
    const save = type === "edit" ? fail(id, user(id, "two again"), "a1") : fail(type === "continue" ? "a2" : "u2");
    await until(() => expect(page.error).toMatchObject({ message: sentence, kind: "failed" }));
    const before = chat.reloads;
    save();
    await until(() => expect(chat.reloads).toBeGreaterThan(before));
    await page.switchTo("a1", "v2");
    await until(() => expect(page.error).toMatchObject({ message: sentence, kind: "failed" }));
    clearInterval(watch);
    expect(seen).not.toContain("not-sent");
    expect(page.isRunning).toBe(false);
  });
});

describe("regenerating", () => {
  it("shows another answer beside the first, by another model", async () => {
    const page = chat.open();
    const again = page.regenerate("a2", "demo:other");
    expect(read(page)).toEqual(left.slice(0, 3));
    expect(page.choiceBelow).toMatchObject({ at: 1, branches: [{ id: "a2" }, {}] });
    expect(await again).toBe(true);
    expect(lastAction()).toMatchObject({ type: "regenerate", messageId: "a2" });
    expect(chat.engine.inputs[0]?.payload?.metadata).toEqual({ model: "demo:other" });
    chat.begin("u2");
    chat.announce();
    chat.engine.begin("a9", "u2", attemptOf());
    chat.engine.words("another");
    await until(() => expect(read(page)).toEqual([...left.slice(0, 3), "a9:another"]));
    expect(page.choiceAt(3)).toMatchObject({ at: 1, branches: [{ id: "a2" }, { id: null }] });
    chat.engine.finish();
    chat.end(assistant("a9", "u2", "another"), chat.engine.complete(3), 3);
    chat.announce();
    await until(() => expect(page.choiceAt(3)?.branches.map(({ id }) => id)).toEqual(["a2", "a9"]));
  });

  it("does not take an earlier answer to the same question for its own", async () => {
    const page = chat.open();
    await page.regenerate("a2");
    chat.engine.begin("a8", "u2", crypto.randomUUID());
    chat.engine.words("another attempt");
    chat.engine.finish();
    chat.engine.begin("a9", "u2", attemptOf());
    chat.engine.words("this one");
    await until(() => expect(read(page).at(-1)).toBe("a9:this one"));
  });

  it("elsewhere: the answer shown gives way at once", async () => {
    const page = chat.open();
    chat.begin("u2");
    chat.announce();
    await until(() => expect(page.isRunning).toBe(true));
    expect(read(page)).toEqual(left.slice(0, 3));
  });

  it("that could not be sent leaves the answer as it was", async () => {
    const page = chat.open();
    chat.engine.refusals.push({ status: 500 });
    expect(await page.regenerate("a2")).toBe(false);
    expect(read(page)).toEqual(left);
    expect(page.error).toMatchObject({ kind: "not-sent", messageId: "a2" });
    const attempt = page.retry();
    expect(await attempt).toBe(true);
    expect(kinds()).toEqual(["regenerate"]);
  });

  it("twice at once stops the first before the second", async () => {
    const page = chat.open();
    chat.begin("u3", user("u3"));
    chat.announce();
    chat.engine.begin("a3", "u3");
    await until(() => expect(page.status).toBe("streaming"));
    expect(await Promise.all([page.regenerate("a2"), page.regenerate("a2")])).toEqual([true, true]);
    expect(kinds()).toEqual(["stop", "regenerate", "stop", "regenerate"]);
    const attempt = attemptOf();
    const first = chat.engine.inputs[1]?.seq ?? 0;
    chat.engine.chunk({ type: "abort" });
    chat.end(assistant("a3", "u3", ""), chat.engine.complete(3), 3);
    chat.begin("u2");
    chat.end(undefined, chat.engine.complete(first), first);
    chat.begin("u2");
    chat.announce();
    chat.engine.begin(attempt, "u2", attempt);
    chat.engine.words("again");
    await until(() => expect(read(page)).toEqual([...left.slice(0, 3), `${attempt}:again`]));
  });

  it("during the first answer stops it, and both stay", async () => {
    const page = chat.open();
    chat.begin("u3", user("u3"));
    chat.announce();
    chat.engine.begin("a3", "u3");
    chat.engine.words("half");
    await until(() => expect(read(page).at(-1)).toBe("a3:half"));
    await page.regenerate("a3");
    expect(kinds()).toEqual(["stop", "regenerate"]);
    expect(read(page)).toEqual([...left, "u3:u3"]);
  });
});

describe("letting a stopped answer go on", () => {
  const stopped = (): SkeinMessage => {
    const message = assistant("a3", "u3", "w1 w2");
    return { ...message, metadata: { ...message.metadata, stopped: true, model: "demo:other" } };
  };
  beforeEach(() => {
    chat.add("a2", user("u3"), stopped());
    chat.head = "a3";
  });
  const begin = () => {
    chat.begin("a3");
    chat.announce();
    // The agent tells the answer from its beginning.
    chat.engine.begin("a3", "u3");
    chat.engine.words("w1 w2");
  };

  it("appends to it, by the model that wrote it", async () => {
    const page = chat.open();
    expect(await page.goOn("a3")).toBe(true);
    expect(page.messages.at(-1)?.metadata?.stopped).toBeUndefined();
    expect(chat.engine.inputs[0]?.payload?.metadata).toEqual({ model: "demo:other" });
    const seen = new Set<string>();
    const watch = setInterval(() => seen.add(read(page).at(-1) ?? ""), 0);
    begin();
    await until(() => expect(page.status).toBe("streaming"));
    chat.engine.words(" w3", " w4");
    await until(() => expect(read(page)).toEqual([...left, "u3:u3", "a3:w1 w2 w3 w4"]));
    clearInterval(watch);
    expect([...seen].filter((line) => !line.startsWith("a3:w1 w2"))).toEqual([]);
    chat.engine.finish();
    chat.end(assistant("a3", "u3", "w1 w2 w3 w4"), chat.engine.complete(3), 3);
    chat.announce();
    await until(() => expect(page.status).toBe("ready"));
    expect(read(page).at(-1)).toBe("a3:w1 w2 w3 w4");
  });

  it("is exact on a page that comes in the middle", async () => {
    begin();
    chat.engine.words(" w3");
    const page = chat.open();
    await until(() => expect(read(page)).toEqual([...left, "u3:u3", "a3:w1 w2 w3"]));
    chat.engine.words(" w4");
    await until(() => expect(read(page).at(-1)).toBe("a3:w1 w2 w3 w4"));
  });

  it("is exact when the run dies and another one goes on", async () => {
    const page = chat.open();
    await page.goOn("a3");
    begin();
    chat.engine.words(" lost");
    await until(() => expect(read(page).at(-1)).toBe("a3:w1 w2 lost"));
    chat.engine.begin("a3", "u3", attemptOf());
    chat.engine.words("w1 w2", " w3");
    await until(() => expect(read(page).at(-1)).toBe("a3:w1 w2 w3"));
  });
});
