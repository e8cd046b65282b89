import { expect, test } from "vitest";

import { presentable } from "./streaming";

test("half a marker at the end is not shown", () => {
  expect(presentable("Two days [")).toBe("Two days");
  expect(presentable("Two days [12")).toBe("Two days");
  expect(presentable("Two days [1]")).toBe("Two days [1]");
  expect(presentable("see [a")).toBe("see [a");
});

test("bold words are bold from their first letter on", () => {
  expect(presentable("It takes **")).toBe("It takes");
  expect(presentable("It takes **two")).toBe("It takes **two**");
  expect(presentable("It takes **two ")).toBe("It takes **two**");
  expect(presentable("It takes **two*")).toBe("It takes **two**");
  expect(presentable("It takes **two**")).toBe("It takes **two**");
  expect(presentable("It takes **two** [")).toBe("It takes **two**");
});

test("code is code from its first letter on", () => {
  expect(presentable("Press `F1")).toBe("Press `F1`");
  expect(presentable("Press `a**b")).toBe("Press `a**b`");
  expect(presentable("```\na ** b")).toBe("```\na ** b");
});

test("an earlier paragraph does not matter", () => {
  expect(presentable("2 ** 3\n\nNow **so")).toBe("2 ** 3\n\nNow **so**");
  expect(presentable("2 ** 3\n\nNow so")).toBe("2 ** 3\n\nNow so");
});
