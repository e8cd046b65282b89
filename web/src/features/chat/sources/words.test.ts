import { expect, test } from "vitest";

import { breadcrumb, plainQuote } from "./words";

test("a heading is the steps of a path", () => {
  expect(breadcrumb("Returns > Refund times")).toEqual(["Returns", "Refund times"]);
  expect(breadcrumb("# Returns › ## Times")).toEqual(["Returns", "Times"]);
  expect(breadcrumb("And/or")).toEqual(["And/or"]);
  expect(breadcrumb(null)).toEqual([]);
});

test("a quoted table row is its cells", () => {
  expect(plainQuote("| E06 | Too hot. | Wait |")).toBe("E06 · Too hot. · Wait");
  expect(plainQuote("| Code | Meaning |\n|---|:---:|\n| E06 | Too hot |")).toBe(
    "Code · Meaning\nE06 · Too hot",
  );
});

test("marks of markdown are not read out", () => {
  expect(plainQuote("## Times\n- It takes **two** [days](https://example.com)\n- `E06`")).toBe(
    "Times\n• It takes two days\n• E06",
  );
});

test("what only looks like markdown stays", () => {
  expect(plainQuote("2 * 3 * 4 = 24, a|b and snake_case [x]")).toBe(
    "2 * 3 * 4 = 24, a|b and snake_case [x]",
  );
});
