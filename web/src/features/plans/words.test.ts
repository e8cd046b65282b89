import { expect, test } from "vitest";

import type { Vote } from "../../api/plans";
import { afterText, countsText, ended, numbered, numbersOf, subtaskState, tallyText, voterName } from "./words";

const parts = (...statuses: ("done" | "failed" | "skipped" | "running" | "waiting")[]) =>
  statuses.map((status) => ({ status }));

test("how far a plan is counts whatever has ended", () => {
  expect(ended({ subtasks: parts("done", "failed", "skipped", "running", "waiting") })).toEqual({
    ended: 3,
    all: 5,
  });
});

test("the parts are counted in words", () => {
  const told = (subtasks: object[], succeeded: number, failed = 0, skipped = 0) =>
    countsText({ subtasks, counts: { succeeded, failed, skipped } } as Parameters<typeof countsText>[0]);
  expect(told([{}, {}, {}], 1, 1, 1)).toBe("1 of 3 parts done, 1 failed, 1 skipped");
  expect(told([{}], 1)).toBe("1 of 1 part done");
  expect(told([], 0)).toBe("No parts yet");
});

test("a part that was done without an answer says so", () => {
  expect(subtaskState({ status: "done", answered: false }).text).toBe("Found no answer");
  expect(subtaskState({ status: "done", answered: true }).text).toBe("Done");
});

test("what a part waits for is told by numbers", () => {
  const numbers = numbersOf([{ id: "a" }, { id: "b" }, { id: "c" }]);
  expect(afterText([], numbers)).toBeNull();
  expect(afterText(["b"], numbers)).toBe("After part 2");
  expect(afterText(["c", "a", "b"], numbers)).toBe("After parts 1, 2 and 3");
});

test("a synthesis names parts by their numbers, and leaves other brackets alone", () => {
  const numbers = numbersOf([{ id: "returns" }, { id: "reply" }]);
  expect(numbered("30 days [returns] for [sic] it [reply].", numbers)).toBe("30 days [1] for [sic] it [2].");
});

test("a tally says what was needed", () => {
  const vote = { score: 2 / 3, threshold: 0.66, quorum: 2, weighting: "equal" } as Vote;
  expect(tallyText(vote)).toBe("67 % for it; needed are 66 % and 2 votes.");
  expect(tallyText({ ...vote, weighting: "confidence", quorum: 1 })).toContain("and 1 vote, each weighed");
});

test("a voter is called by what it looks at", () => {
  expect(voterName("voter-financial-risk")).toBe("Financial risk");
  expect(voterName("support")).toBe("Support");
});
