import { describe, expect, it } from "vitest";
import { dayIn, dayOfPage, knownTimeZone, minutesAhead, ownDay } from "./calendar.ts";

const midnight = Date.parse("2026-11-21T00:30:00Z");

describe("a calendar", () => {
  it("knows the day wherever the clock is", () => {
    expect(dayIn("UTC")(midnight)).toEqual({ year: 2026, month: 11, day: 21 });
    expect(dayIn("America/New_York")(midnight)).toEqual({ year: 2026, month: 11, day: 20 });
  });

  it("comes to the same by the machine's own clock, summer or winter", () => {
    const named = dayIn(Intl.DateTimeFormat().resolvedOptions().timeZone);
    for (let at = midnight; at > midnight - 400 * 86_400_000; at -= 11 * 3_600_000)
      expect(ownDay(at)).toEqual(named(at));
  });

  it("is the machine's own where that shows the time that is meant, else the one of the zone", () => {
    const own = -new Date(midnight).getTimezoneOffset();
    expect(dayOfPage({ name: "Pacific/Kiritimati", minutesAhead: own }, midnight)).toBe(ownDay);
    const far = dayOfPage({ name: "Pacific/Kiritimati", minutesAhead: own + 60 }, midnight);
    expect(far(Date.parse("2026-11-21T12:00:00Z"))).toEqual({ year: 2026, month: 11, day: 22 });
  });
});

it.each([
  ["UTC", 0],
  ["Europe/Zurich", 60],
  ["America/St_Johns", -210],
  ["Asia/Kathmandu", 345],
])("%s is %i minutes ahead in winter", (zone, minutes) => {
  expect(minutesAhead(zone, midnight)).toBe(minutes);
});

it("an unknown time zone falls back instead of failing the page", () => {
  expect(knownTimeZone("Europe/Zurich")).toBe("Europe/Zurich");
  expect(knownTimeZone("Not/AZone")).toBe("UTC");
});
