import { expect, it } from "vitest";
import { inTurn } from "./in-turn.ts";

const awake = () => new AbortController().signal;

it("makes one search of a person's at a time, and none that was given up meanwhile", async () => {
  const done: string[] = [];
  let finish = () => {};
  const first = new Promise<void>((resolve) => (finish = resolve));
  const begin = (name: string, signal: AbortSignal, until?: Promise<void>) =>
    inTurn("ada", signal, async () => {
      await until;
      done.push(name);
      return name;
    });
  const slow = begin("first", awake(), first);
  const givenUp = new AbortController();
  const second = begin("second", givenUp.signal);
  const third = begin("third", awake());
  await inTurn("bob", awake(), async () => void done.push("somebody else's"));
  givenUp.abort();
  expect(done).toEqual(["somebody else's"]);
  finish();
  expect(await Promise.all([slow, second, third])).toEqual(["first", undefined, "third"]);
  expect(done).toEqual(["somebody else's", "first", "third"]);
});

it("goes on after one that failed", async () => {
  const failed = inTurn("ada", awake(), () => Promise.reject(new Error("too slow")));
  const next = inTurn("ada", awake(), () => Promise.resolve("found"));
  await expect(failed).rejects.toThrow("too slow");
  expect(await next).toBe("found");
});
