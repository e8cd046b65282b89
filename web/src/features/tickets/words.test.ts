import { describe, expect, test } from "vitest";

import type { Sla } from "../../api/tickets";
import { capital, eventText, headline, moodText, promises, signalsOf, slaDue } from "./words";

const NOW = Date.parse("2026-11-21T12:00:00Z");
const at = (minutes: number): string => new Date(NOW + minutes * 60_000).toISOString();
const sla = (over: Partial<Sla> = {}): Sla => ({
  first_response_due_at: at(30),
  first_response_at: null,
  first_response_breached: false,
  resolution_due_at: at(240),
  resolved_at: null,
  resolution_breached: false,
  overdue: false,
  ...over,
});
const due = (over: Partial<Sla>, status: "pending" | "assigned" | "closed" = "pending") =>
  slaDue({ status, sla: sla(over) }, NOW);

describe("what is owed to the customer", () => {
  test("is the first reply until it is given, then the solution", () => {
    expect(due({})).toEqual({ text: "First reply due in 30 min", tone: "calm" });
    expect(due({ first_response_at: at(-5) })).toEqual({
      text: "Solution due in 4 hours",
      tone: "calm",
    });
  });

  test("is pressing shortly before, and said to be late after", () => {
    expect(due({ first_response_due_at: at(10) }).tone).toBe("soon");
    expect(due({ first_response_due_at: at(-65) })).toEqual({
      text: "First reply overdue by 1 hour 5 min",
      tone: "late",
    });
    expect(due({ resolution_due_at: at(-1) })).toEqual({
      text: "Solution overdue by 1 min",
      tone: "late",
    });
  });

  test("is nothing once it is over, only how it went", () => {
    expect(due({ resolved_at: at(-5) }, "closed").text).toBe("In time");
    expect(due({ first_response_breached: true }, "closed").text).toBe("Later than promised");
  });

  test("is told promise by promise", () => {
    const [reply, solution] = promises(
      sla({ first_response_at: at(-10), first_response_breached: true }),
      NOW,
    );
    expect(reply).toMatchObject({ words: "Late", late: true });
    expect(solution).toMatchObject({ words: "Open", late: false });
    expect(promises(sla({ first_response_due_at: at(-1) }), NOW)[0]).toMatchObject({
      words: "Overdue",
      late: true,
    });
  });
});

test("signals come strongest first, the raw measures last, and what said nothing not at all", () => {
  const found = signalsOf({ sentiment: -0.8, keywords: 0.9, mood: 1, repeated: 0, new_one: 0.1 });
  expect(found.map((signal) => signal.label)).toEqual([
    "Very unhappy",
    "Words that speak for a person",
    "New one",
    "Mood, −1 to 1",
  ]);
});

test("a ticket is named by its matter, else by why it is there", () => {
  const handover = {
    wants: "My helmet broke.",
    asked_for_person: true,
    tried: [],
    open_points: [],
    sentiment_label: "negative",
    sentiment_score: -0.7,
    facts: [],
    message_count: 2,
    agent_reason: "",
  };
  expect(headline({ handover, reasons: [] })).toBe("My helmet broke.");
  expect(headline({ handover: { ...handover, wants: "" }, reasons: [] })).toBe("Asked for a person");
  const silent = { ...handover, wants: "", asked_for_person: false };
  expect(headline({ handover: silent, reasons: ["is urgent"] })).toBe("Is urgent");
  expect(headline({ handover: silent, reasons: [] })).toBe("No matter named yet");
});

test("codes that are not known yet read as words", () => {
  expect(eventText({ kind: "opened" })).toBe("Opened");
  expect(eventText({ kind: "merged_elsewhere" })).toBe("Merged elsewhere");
  expect(moodText("very_happy")).toBe("Very happy");
  expect(capital("")).toBe("");
});
