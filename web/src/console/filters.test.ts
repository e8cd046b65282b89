import { expect, test } from "vitest";

import { fileName } from "../api/download";
import { message } from "../testing/fakes";
import { joined } from "../features/conversations/useThread";
import { readView, writeView } from "./filters";
import { secondsText, spanText } from "./times";

test("a view stands in the address, and what is not chosen does not", () => {
  const names = ["status", "type"] as const;
  expect(readView(new URLSearchParams("status=open&page=3&else=1"), names)).toEqual({
    status: "open",
    type: "",
    page: 3,
  });
  expect(readView(new URLSearchParams("page=-1"), names).page).toBe(1);
  expect(writeView({ status: "", type: "a b", page: 1 }).toString()).toBe("type=a+b");
  expect(writeView({ status: "open", type: "", page: 2 }).toString()).toBe("status=open&page=2");
});

test("stretches of time are told in their largest unit", () => {
  const minute = 60_000;
  expect([0, 1, 59, 60, 125, 180, 60 * 25, 60 * 24 * 4].map((m) => spanText(m * minute))).toEqual([
    "less than a minute",
    "1 min",
    "59 min",
    "1 hour",
    "2 hours 5 min",
    "3 hours",
    "1 day 1 hour",
    "4 days",
  ]);
  expect(spanText(-5 * minute)).toBe("5 min");
  expect([0.0843, 2.44, 61].map(secondsText)).toEqual(["84 ms", "2.4 s", "61 s"]);
});

test("a file has the name that the server gives it", () => {
  const both = "attachment; filename=\"R_sum_.pdf\"; filename*=UTF-8''R%C3%A9sum%C3%A9.pdf";
  expect(fileName(both, "x")).toBe("Résumé.pdf");
  expect(fileName('attachment; filename="audit.csv"', "x")).toBe("audit.csv");
  expect(fileName("attachment; filename*=UTF-8''%E0%A4%A", "x")).toBe("x");
  expect(fileName(null, "x")).toBe("x");
});

test("pages of a conversation that overlap show each message once", () => {
  const [a, b] = [message({ id: "a" }), message({ id: "b" })];
  expect(joined([a, b], [b])).toEqual([a]);
});
