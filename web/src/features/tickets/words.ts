/** What the numbers and codes of a ticket mean. Pure. */
import type { Sla, Ticket, TicketEvent } from "../../api/tickets";
import { spanText } from "../../console/times";
import { humanised } from "../../form/words";

export type Due = { text: string; tone: "late" | "soon" | "calm" | "good" };

const SOON_MS = 15 * 60_000;

function dueText(what: string, at: string, now: number): Due {
  const left = Date.parse(at) - now;
  if (left < 0) return { text: `${what} overdue by ${spanText(left)}`, tone: "late" };
  return { text: `${what} due in ${spanText(left)}`, tone: left < SOON_MS ? "soon" : "calm" };
}

/** What is owed to the customer next, or how it went. */
export function slaDue({ status, sla }: Pick<Ticket, "status" | "sla">, now: number): Due {
  if (status === "resolved" || status === "closed") {
    const late = sla.resolution_breached || sla.first_response_breached;
    return late ? { text: "Later than promised", tone: "calm" } : { text: "In time", tone: "good" };
  }
  const answered = sla.first_response_at !== null;
  const solution = dueText("Solution", sla.resolution_due_at, now);
  if (answered || solution.tone === "late") return solution;
  return dueText("First reply", sla.first_response_due_at, now);
}

export type Owed = { label: string; due: string; done: string | null; words: string; late: boolean };

const kept = (done: string | null, breached: boolean): string => {
  if (done === null) return breached ? "Overdue" : "Open";
  return breached ? "Late" : "In time";
};

/** Both promises, one by one. */
export function promises(sla: Sla, now: number): Owed[] {
  const firstLate =
    sla.first_response_breached ||
    (sla.first_response_at === null && Date.parse(sla.first_response_due_at) < now);
  const lastLate =
    sla.resolution_breached ||
    (sla.resolved_at === null && Date.parse(sla.resolution_due_at) < now);
  return [
    {
      label: "First reply",
      due: sla.first_response_due_at,
      done: sla.first_response_at,
      words: kept(sla.first_response_at, firstLate),
      late: firstLate,
    },
    {
      label: "Solution",
      due: sla.resolution_due_at,
      done: sla.resolved_at,
      words: kept(sla.resolved_at, lastLate),
      late: lastLate,
    },
  ];
}

const SIGNALS: Record<string, string> = {
  keywords: "Words that speak for a person",
  mood: "Very unhappy",
  urgency: "Urgent",
  repeated: "Asked the same again",
  unresolved: "Long without a solution",
  falling: "Mood keeps falling",
  several: "Several problems at once",
  explicit_request: "Asked for a person",
  request_probability: "Likely to be asking for a person",
  unanswered: "No answer from the documents twice",
  model_down: "The model was down",
  sentiment: "Mood, −1 to 1",
  urgency_score: "Urgency, 0 to 1",
};

export type Signal = { name: string; label: string; value: number };

/** The signals that had something to say, the strongest first; the raw measures come last. */
export function signalsOf(signals: Record<string, number>): Signal[] {
  const raw = ["sentiment", "urgency_score"];
  return Object.entries(signals)
    .filter(([, value]) => value !== 0)
    .map(([name, value]) => ({ name, value, label: SIGNALS[name] ?? humanised(name) }))
    .sort((a, b) => {
      const order = Number(raw.includes(a.name)) - Number(raw.includes(b.name));
      return order === 0 ? b.value - a.value : order;
    });
}

const EVENTS: Record<string, string> = {
  opened: "Opened",
  assigned: "Assigned",
  responded: "Replied to the customer",
  resolved: "Resolved",
  closed: "Closed",
  reopened: "Reopened",
  priority: "Priority changed",
  note: "Note",
  response_overdue: "First reply overdue",
  resolution_overdue: "Solution overdue",
  notice_failed: "A notice could not be sent",
};

export const eventText = (event: Pick<TicketEvent, "kind">): string =>
  EVENTS[event.kind] ?? humanised(event.kind);

const MOODS: Record<string, string> = {
  positive: "Content",
  neutral: "Neutral",
  negative: "Unhappy",
};

export const moodText = (label: string): string => MOODS[label] ?? humanised(label);

/** What a ticket is about, on one line. */
export function headline({ handover, reasons }: Pick<Ticket, "handover" | "reasons">): string {
  if (handover.wants !== "") return handover.wants;
  if (handover.asked_for_person) return "Asked for a person";
  const [first] = reasons;
  return first === undefined ? "No matter named yet" : capital(first);
}

export const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
