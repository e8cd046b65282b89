import { describe, expect, test } from "vitest";

import { changedWords, changesOf, touches } from "./diff";
import { valueAt, withValue } from "./json";

describe("changes between two documents", () => {
  test("are told by dotted path, with before and after", () => {
    const before = { traits: { humor: 30, safety: 80 }, name: "Lark", old: 1 };
    const after = { traits: { humor: 55, safety: 80 }, name: "Lark", fresh: [1] };
    expect(changesOf(before, after)).toEqual([
      { path: "traits.humor", kind: "changed", before: 30, after: 55 },
      { path: "old", kind: "removed", before: 1, after: null },
      { path: "fresh", kind: "added", before: null, after: [1] },
    ]);
  });

  test("take a list as one thing", () => {
    const [change] = changesOf({ tags: ["a", "b"] }, { tags: ["a"] });
    expect(change).toMatchObject({ path: "tags", before: ["a", "b"], after: ["a"] });
  });

  test("touch each other when one lies within the other", () => {
    expect(touches("voice", "voice.speed")).toBe(true);
    expect(touches("traits.humor", "traits.humor")).toBe(true);
    expect(touches("traits.humor", "traits.humorous")).toBe(false);
  });
});

describe("words that changed in a text", () => {
  test("are set apart from those that stayed", () => {
    const words = changedWords("Answers questions about orders.", "Answers questions about returns.");
    expect(words.before.filter((piece) => piece.changed)).toEqual([{ text: "orders", changed: true }]);
    expect(words.after.filter((piece) => piece.changed)).toEqual([{ text: "returns", changed: true }]);
  });

  test.each([
    ["one two three", "two three four"],
    ["", "new"],
    ["old", ""],
    ["äö 😀 ok", "äö 😀 no"],
    ["a ".repeat(2000), "a ".repeat(1999)],
  ])("put together give the text again: %j", (before, after) => {
    const words = changedWords(before, after);
    expect(words.before.map((piece) => piece.text).join("")).toBe(before);
    expect(words.after.map((piece) => piece.text).join("")).toBe(after);
  });

  test("are the whole text when hardly anything stayed", () => {
    const words = changedWords("Speak as a friend would", "Keep to the letter of a contract");
    expect(words.before).toEqual([{ text: "Speak as a friend would", changed: true }]);
  });
});

test("a value within a document is replaced in a copy", () => {
  const before = { rows: [{ a: 1 }, { a: 2 }], other: {} };
  const after = withValue(before, ["rows", "1", "a"], 5);
  expect(after).toEqual({ rows: [{ a: 1 }, { a: 5 }], other: {} });
  expect(before.rows[1]).toEqual({ a: 2 });
  expect(valueAt(after, ["rows", "1", "a"])).toBe(5);
  expect(valueAt(after, ["rows", "7", "a"])).toBeUndefined();
  expect(withValue({ a: 1, b: 2 }, ["a"], undefined)).toEqual({ b: 2 });
});
