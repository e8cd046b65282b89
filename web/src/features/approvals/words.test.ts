import { describe, expect, test } from "vitest";

import type { Approval } from "../../api/approvals";
import { fieldOf } from "../../form/fields";
import { problemsOf } from "../../form/validate";
import { argumentProblems, argumentsOf, byUrgency, editable, timeLeft, worthText } from "./words";

const NOW = Date.parse("2026-11-21T09:00:00Z");
const inSeconds = (seconds: number) => new Date(NOW + seconds * 1000).toISOString();

describe("the time left", () => {
  test.each([
    [300, "5:00", "calm"],
    [61, "1:01", "calm"],
    [59.2, "1:00", "soon"],
    [3_725, "1:02:05", "calm"],
    [172_799, "47:59:59", "calm"],
    [2_591_940, "29 days", "calm"],
    [0, "Time is over", "over"],
    [-5, "Time is over", "over"],
  ])("in %d s is %j", (seconds, text, tone) => {
    expect(timeLeft(inSeconds(seconds), NOW)).toEqual({ text, tone });
  });

  test("of a moment that is none is over", () => {
    expect(timeLeft("soon", NOW).tone).toBe("over");
  });

  test("puts what runs out first in front, and what was decided behind", () => {
    const made = (id: string, status: Approval["status"], seconds: number) =>
      ({ id, status, expires_at: inSeconds(seconds) }) as Approval;
    const found = byUrgency([
      made("done", "executed", 1),
      made("later", "pending", 200),
      made("soon", "pending", 20),
    ]);
    expect(found.map(({ id }) => id)).toEqual(["soon", "later", "done"]);
  });
});

test("what is at stake is a sum, a share, or nothing", () => {
  const action = { amount: null, currency: null, percent: null } as Approval["action"];
  expect(worthText({ ...action, amount: "1240.5", currency: "GBP" })).toBe("1,240.50 GBP");
  expect(worthText({ ...action, percent: 40 })).toBe("40 %");
  expect(worthText(action)).toBeNull();
});

test("arguments are told by name, what is not set is left out, and a change beside what was asked", () => {
  const asked = { amount: "620.00", defect: false, note: null, idempotency_key: "k" };
  expect(argumentsOf(asked, null)).toEqual([
    { name: "amount", label: "Amount", value: "620.00", instead: null },
    { name: "defect", label: "Defect", value: "no", instead: null },
  ]);
  const [amount] = argumentsOf(asked, { ...asked, amount: "310.00" });
  expect(amount).toMatchObject({ value: "620.00", instead: "310.00" });
});

describe("a form for arguments", () => {
  const parameters = {
    type: "object",
    required: ["amount"],
    properties: {
      amount: { anyOf: [{ type: "number" }, { type: "string", pattern: String.raw`^\d+(\.\d+)?$` }] },
      percent: {
        anyOf: [{ type: "number" }, { type: "string", pattern: String.raw`^\d+$` }, { type: "null" }],
        default: null,
      },
    },
  };

  test("takes sums as texts, so that no cent is lost on the way", () => {
    const root = editable(parameters);
    const kind = (name: string) => fieldOf(root.properties![name]!, name, root).kind;
    expect([kind("amount"), kind("percent")]).toEqual(["text", "text"]);
    expect(problemsOf(root, { amount: "0.10", percent: null }).size).toBe(0);
    expect(problemsOf(root, { amount: "much", percent: null }).has("amount")).toBe(true);
  });

  test("has the server's words beside its fields", () => {
    const told = argumentProblems([
      { field: "body.arguments.amount", message: "Give no more." },
      { field: "body.arguments", message: "It does not fit." },
    ]);
    expect([...told]).toEqual([
      ["amount", "Give no more."],
      ["", "It does not fit."],
    ]);
  });
});
