import { expect, it } from "vitest";
import { formatDuration, formatSeconds } from "./duration.ts";

it("is as exact as it is worth knowing", () => {
  const said = [-5, 0, 449, 1000, 9949, 9950, 59_499, 59_500, 65_000, 3_599_499, 3_600_000, 7_380_000].map(
    formatDuration,
  );
  expect(said).toEqual([
    ...["0.0 s", "0.0 s", "0.4 s", "1.0 s", "9.9 s", "10 s", "59 s"],
    ...["1 min 0 s", "1 min 5 s", "59 min 59 s", "1 h 0 min", "2 h 3 min"],
  ]);
});

it("counts whole seconds", () => {
  expect([1, 59, 60, 61, 3_599, 3_600].map(formatSeconds)).toEqual([
    ...["1 s", "59 s", "1 min 0 s", "1 min 1 s", "59 min 59 s", "1 h 0 min"],
  ]);
});
