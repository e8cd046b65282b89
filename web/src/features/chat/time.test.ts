import { expect, test } from "vitest";

import { dayName, relativeTime, sameDay } from "./time";

const NOW = new Date(2026, 10, 21, 12, 0).getTime();
const ago = (minutes: number) => new Date(NOW - minutes * 60_000).toISOString();

test("says roughly how long ago something was", () => {
  expect(relativeTime(ago(0.5), NOW)).toBe("just now");
  expect(relativeTime(ago(-3), NOW)).toBe("just now");
  expect(relativeTime(ago(5), NOW)).toBe("5 min ago");
  expect(relativeTime(ago(65), NOW)).toBe("1 hour ago");
  expect(relativeTime(ago(200), NOW)).toBe("3 hours ago");
  expect(relativeTime(ago(60 * 24 * 3), NOW)).toMatch(/18/);
  expect(relativeTime("never", NOW)).toBe("");
});

test("names days as people do", () => {
  expect(dayName(ago(10), NOW)).toBe("Today");
  expect(dayName(ago(60 * 13), NOW)).toBe("Yesterday");
  expect(dayName(ago(60 * 24 * 3), NOW)).toMatch(/Wednesday/);
  expect(sameDay(ago(10), ago(60 * 11))).toBe(true);
  expect(sameDay(ago(10), ago(60 * 13))).toBe(false);
});
