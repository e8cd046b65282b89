import { expect, test } from "vitest";

import type { Route } from "../../api/types";
import { deciderText, isSure, pathText, routeIn, sureText } from "./words";

const ROUTE: Route = {
  agent_id: "support-billing",
  name: "Bella",
  category: "support",
  confidence: 0.91,
  reasoning: "Closest to 'When will my refund arrive?'.",
  decided_by: "semantic",
  fallback: false,
  reason: null,
  path: [],
};

test("only what is certain is said to be", () => {
  expect([0, 0.274, 0.9992, 1].map(sureText)).toEqual([
    "0 % sure",
    "27 % sure",
    "99 % sure",
    "100 % sure",
  ]);
});

test("a choice counts as sure from the coordinator's measure on, and never when somebody stood in", () => {
  expect([0.69, 0.7].map((confidence) => isSure({ ...ROUTE, confidence }))).toEqual([false, true]);
  expect(isSure({ ...ROUTE, fallback: true })).toBe(false);
});

test("who decided is said in words, also where the word is new", () => {
  expect(["semantic", "handoff", "by_lot"].map(deciderText)).toEqual([
    "by its examples",
    "given on",
    "By lot",
  ]);
});

test("the way of a message names everybody who had it", () => {
  expect(pathText({ ...ROUTE, path: ["support", "sales"] })).toBe(
    "support → sales → support-billing",
  );
});

test("a route is read from a record, and what is none is not", () => {
  expect(routeIn({ ...ROUTE, given_on: [] })).toEqual(ROUTE);
  expect(routeIn({ agent_id: "a", decided_by: "model", confidence: 1 })).toEqual({
    agent_id: "a",
    name: "a",
    category: "",
    confidence: 1,
    reasoning: "",
    decided_by: "model",
    fallback: false,
    reason: null,
    path: [],
  });
  expect([undefined, null, "x", {}, { agent_id: "a", decided_by: 1, confidence: 1 }].map(routeIn)).toEqual(
    [null, null, null, null, null],
  );
});
