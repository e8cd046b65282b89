import { expect, test } from "vitest";

import type { Memory } from "../../api/memories";
import { byType, importanceText, patchOf, sourceText, width } from "./words";

const memory = (over: Partial<Memory>): Memory => ({
  id: "mem_1",
  agent_id: "default",
  contact_id: "con_1",
  thread_id: null,
  type: "fact",
  key: null,
  content: "Rides to work.",
  importance: 0.5,
  uses: 0,
  repeats: 0,
  provenance: {
    source: "message",
    session_id: null,
    turn_id: null,
    message_id: null,
    quote: null,
  },
  occurred_at: "2026-11-20T09:00:00Z",
  stated_at: "2026-11-20T09:00:00Z",
  last_used_at: null,
  created_at: "2026-11-20T09:00:00Z",
  superseded_by: null,
  superseded_at: null,
  ...over,
});

test("memories stand by type, the weightiest first, then the newest", () => {
  const groups = byType([
    memory({ id: "a", importance: 0.2 }),
    memory({ id: "b", type: "user_info" }),
    memory({ id: "c", importance: 0.9 }),
    memory({ id: "d", importance: 0.9, stated_at: "2026-11-21T09:00:00Z" }),
  ]);
  expect(groups.map(({ type, memories }) => [type, memories.map(({ id }) => id)])).toEqual([
    ["user_info", ["b"]],
    ["fact", ["d", "c", "a"]],
  ]);
});

test("a correction sends only what it changes", () => {
  const known = { content: "A", importance: 0.5 };
  expect(patchOf(known, { content: " A ", importance: 0.5 })).toBeNull();
  expect(patchOf(known, { content: "B", importance: 0.5 })).toEqual({ content: "B" });
  expect(patchOf(known, { content: "A", importance: 0 })).toEqual({ importance: 0 });
});

test("numbers and codes are said in words", () => {
  expect([0.7, 0.4, 0.39].map(importanceText)).toEqual([
    "High importance",
    "Medium importance",
    "Low importance",
  ]);
  expect(sourceText({ source: "staff" })).toBe("Added by the team");
  expect([-1, 0.25, 7].map(width)).toEqual(["0%", "25%", "100%"]);
});
