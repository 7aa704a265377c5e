import { expect, it } from "vitest";
import { dayOf } from "./day.ts";

const now = Date.UTC(2026, 10, 28, 12);

it("names the day, where the person is, and of long ago the month and the year", () => {
  expect(dayOf(Date.UTC(2026, 10, 27, 23, 30), "UTC", now)).toBe("27 Nov");
  expect(dayOf(Date.UTC(2026, 10, 27, 23, 30), "Europe/Berlin", now)).toBe("28 Nov");
  expect(dayOf(Date.UTC(2025, 2, 3), "UTC", now)).toBe("Mar 2025");
});
