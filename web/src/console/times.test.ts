import { expect, test } from "vitest";

import { agoText, exactText } from "./times";

const NOW = Date.parse("2026-11-21T09:00:00Z");

test.each([
  ["2026-11-21T08:59:40Z", "just now"],
  ["2026-11-21T08:30:00Z", "30 minutes ago"],
  ["2026-11-20T09:00:00Z", "yesterday"],
  ["2025-11-20T09:00:00Z", "last year"],
  ["not a time", "not a time"],
])("%s is %s", (iso, words) => {
  expect(agoText(iso, NOW)).toBe(words);
});

test("what is no time is shown as it is", () => {
  expect(exactText("soon")).toBe("soon");
});
