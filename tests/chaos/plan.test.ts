import { expect, it } from "vitest";
import { makePlan, victims, type PlannedKill } from "./plan.ts";

const options = { seed: 7, conversations: 5, pauseMs: [2000, 5000] as [number, number] };

function firstKills(seed: number, count: number): PlannedKill[] {
  const { kills } = makePlan({ ...options, seed });
  return Array.from({ length: count }, () => kills.next().value as PlannedKill);
}

it("is the same for the same seed, and another for another", () => {
  expect(makePlan(options).conversations).toEqual(makePlan(options).conversations);
  expect(makePlan({ ...options, seed: 8 }).conversations).not.toEqual(makePlan(options).conversations);
  expect(firstKills(7, 20)).toEqual(firstKills(7, 20));
  expect(firstKills(8, 20)).not.toEqual(firstKills(7, 20));
});

it("kills everything once in every five, within the given pauses", () => {
  const planned = firstKills(7, 25);
  for (let at = 0; at < 25; at += 5)
    expect(planned.slice(at, at + 5).map(({ victim }) => victim)).toEqual(expect.arrayContaining([...victims]));
  for (const { afterMs } of planned) expect(afterMs >= 2000 && afterMs <= 5000).toBe(true);
});

it("does not let the number of conversations change what is killed when", () => {
  const { kills } = makePlan({ ...options, conversations: 50 });
  expect(Array.from({ length: 5 }, () => kills.next().value as PlannedKill)).toEqual(firstKills(7, 5));
});
