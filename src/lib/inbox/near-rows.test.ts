import { expect, it } from "vitest";
import { firstRows, nearRows } from "./near-rows.ts";

it("draws the first rows, over all groups, until the screen is known", () => {
  expect(firstRows([2, 100, 5])).toEqual([
    { from: 0, to: 2 },
    { from: 0, to: 28 },
    { from: 0, to: 0 },
  ]);
});

it("draws the rows on the screen and some beyond it, of a group of any length", () => {
  const group = { rowHeight: 50, count: 10_000 };
  expect(nearRows({ ...group, top: 0 }, 600)).toEqual({ from: 0, to: 20 });
  expect(nearRows({ ...group, top: -5000 }, 600)).toEqual({ from: 92, to: 120 });
  expect(nearRows({ ...group, top: -500_000 }, 600)).toEqual({ from: 9992, to: 10_000 });
  expect(nearRows({ ...group, top: -600_000 }, 600)).toEqual({ from: 10_000, to: 10_000 });
  expect(nearRows({ ...group, top: 600 }, 600)).toEqual({ from: 0, to: 8 });
  expect(nearRows({ ...group, top: 5000 }, 600)).toEqual({ from: 0, to: 0 });
});

it("draws nothing of a list that is not shown", () => {
  expect(nearRows({ top: 0, rowHeight: 0, count: 10 }, 0)).toEqual({ from: 0, to: 0 });
});
