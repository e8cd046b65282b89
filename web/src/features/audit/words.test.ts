import { describe, expect, test } from "vitest";

import type { AuditReport } from "../../api/audit";
import {
  type AuditView,
  checkText,
  costText,
  filterOf,
  kindText,
  momentOf,
  noCheck,
  stagesOf,
  withReport,
} from "./words";

const report = (over: Partial<AuditReport> = {}): AuditReport => ({
  intact: true,
  complete: true,
  checked: 3,
  through: { seq: 3, hash: "a" },
  head: { seq: 3, hash: "a" },
  broken: null,
  waiting: 0,
  payloads_checked: 3,
  payloads_unreachable: 0,
  ...over,
});

describe("a check of the chain", () => {
  test("adds its parts up", () => {
    const first = withReport(noCheck, report({ complete: false }));
    expect(checkText(first)).toBe("3 records checked so far.");
    const whole = withReport(first, report({ checked: 1, waiting: 2, payloads_unreachable: 4 }));
    expect(whole.complete).toBe(true);
    expect(checkText(whole)).toBe(
      "The chain is whole: 4 records checked. 2 records not chained yet. 4 payloads could not be reached.",
    );
  });

  test("ends where the chain is broken, and says where", () => {
    const broken = { seq: 1200, reason: "altered", detail: "Its hash differs.", record_id: "aud_1" };
    const check = withReport(noCheck, report({ intact: false, complete: false, broken }));
    expect(check.complete).toBe(true);
    expect(checkText(check)).toBe("A record was changed (number 1,200). Its hash differs.");
    const unknown = { ...check, broken: { ...broken, reason: "eaten_by_moths" } };
    expect(checkText(unknown)).toContain("Eaten by moths");
  });
});

test("time that no stage accounts for is shown when it matters", () => {
  const stages = { searching: 0.3, drawing_lots: 0.5 };
  expect(stagesOf({ stages, seconds: 1 }).map(({ label }) => label)).toEqual([
    "Searching",
    "Drawing lots",
    "Everything else",
  ]);
  expect(stagesOf({ stages, seconds: 0.801 })).toHaveLength(2);
  expect(stagesOf({ stages: {}, seconds: 0 })).toEqual([]);
});

test("a day counts from its beginning to its end", () => {
  const from = Date.parse(momentOf("2026-11-21"));
  expect(Date.parse(momentOf("2026-11-21", true)) - from).toBe(86_400_000);
  expect(momentOf("")).toBe("");
  const view = { from: "2026-11-21", to: "", q: "x", page: 3 } as AuditView;
  expect(filterOf(view)).toMatchObject({ from: momentOf("2026-11-21"), to: "", q: "x" });
  expect(filterOf(view)).not.toHaveProperty("page");
});

test("money and outcomes are said plainly", () => {
  expect(costText({ cost: 0.00123, currency: "USD" })).toBe("$0.00123");
  expect(costText({ cost: null, currency: null })).toBe("No price known");
  expect(kindText({ event: "turn", kind: "no_answer" })).toBe("Found no answer");
  expect(kindText({ event: "failure", kind: "model_unavailable" })).toBe("Model unavailable");
  expect(kindText({ event: "erasure", kind: "" })).toContain("erased");
});
