/** The audit in words. Pure. */
import type { AuditFilter, AuditLink, AuditRecord, AuditReport } from "../../api/audit";
import type { View } from "../../console/filters";
import { humanised, numberText } from "../../form/words";

export const EVENTS = ["turn", "failure", "erasure"] as const;
export const EVENT_WORDS: Record<AuditRecord["event"], string> = {
  turn: "Answered turn",
  failure: "Turn without an answer",
  erasure: "Erasure",
};

const KINDS: Record<string, string> = {
  answer: "Answered from the documents",
  no_answer: "Found no answer",
  small_talk: "Small talk",
  human: "Asked for a person",
  with_human: "Left to a person",
};

/** What came of the turn. */
export const kindText = ({ event, kind }: Pick<AuditRecord, "event" | "kind">): string =>
  event === "erasure" ? "A customer’s part was erased" : (KINDS[kind] ?? humanised(kind));

/** What the customer wrote, or why that cannot be read. */
export function saidText(record: AuditRecord): string {
  if (record.event === "erasure") return "A customer’s part was erased";
  if (record.personal === "erased") return "Erased";
  if (record.personal === "unreadable") return "Cannot be read: its key does not open it";
  const said = (record.messages ?? []).join(" ").trim();
  return said === "" ? "Nothing was said" : said;
}

export const NAMES = [
  "session_id",
  "contact_id",
  "agent_id",
  "event",
  "from",
  "to",
  "tool",
  "ticket",
  "q",
] as const;
export type AuditView = View<(typeof NAMES)[number]>;

const DAY_MS = 86_400_000;

/** A day here as a moment for the server; the last day counts whole. */
export function momentOf(day: string, end = false): string {
  const at = new Date(`${day}T00:00:00`).getTime();
  if (Number.isNaN(at)) return "";
  return new Date(end ? at + DAY_MS : at).toISOString();
}

export function filterOf(view: AuditView): AuditFilter {
  const { page: _, ...filter } = view;
  return { ...filter, from: momentOf(view.from), to: momentOf(view.to, true) };
}

export type Stage = { name: string; label: string; seconds: number };

const STAGES: Record<string, string> = {
  admit: "Taking in",
  gather: "Gathering",
  respond: "Writing",
  verify: "Checking",
  commit: "Storing",
  searching: "Searching",
  writing: "Writing",
  checking: "Checking",
};

/** The stages as they came, and what of the whole none of them accounts for. */
export function stagesOf({ stages, seconds }: Pick<AuditRecord, "stages" | "seconds">): Stage[] {
  const known = Object.entries(stages).map(([name, took]) => ({
    name,
    label: STAGES[name] ?? humanised(name),
    seconds: took,
  }));
  const rest = seconds - known.reduce((sum, stage) => sum + stage.seconds, 0);
  const lost = rest > 0.0005 && rest > seconds * 0.02;
  return lost ? [...known, { name: "rest", label: "Everything else", seconds: rest }] : known;
}

export function costText({ cost, currency }: Pick<AuditRecord, "cost" | "currency">): string {
  if (cost === null || currency === null) return "No price known";
  return new Intl.NumberFormat("en", {
    style: "currency",
    currency,
    maximumSignificantDigits: 3,
  }).format(cost);
}

const BREAKS: Record<string, string> = {
  altered: "A record was changed",
  missing: "A record is missing",
  reordered: "Records are out of order",
  cut_off: "The end of the chain is missing",
  head_missing: "The note of the chain’s end is missing",
  head_altered: "The note of the chain’s end was changed",
  payload_altered: "What a turn was given was changed",
  payload_missing: "What a turn was given is missing",
  anchor: "A place noted before is not as it was",
};

/** A check of the chain, its parts put together. */
export type Check = {
  checked: number;
  payloads: number;
  unreachable: number;
  waiting: number;
  broken: AuditReport["broken"];
  complete: boolean;
  after: AuditLink | null;
};

export const noCheck: Check = {
  checked: 0,
  payloads: 0,
  unreachable: 0,
  waiting: 0,
  broken: null,
  complete: false,
  after: null,
};

export const withReport = (check: Check, report: AuditReport): Check => ({
  checked: check.checked + report.checked,
  payloads: check.payloads + report.payloads_checked,
  unreachable: check.unreachable + report.payloads_unreachable,
  waiting: report.waiting,
  broken: report.broken,
  complete: report.complete || report.broken !== null,
  after: report.through,
});

const records = (count: number): string =>
  `${numberText(count)} ${count === 1 ? "record" : "records"}`;

export function checkText(check: Check): string {
  const { broken, checked, complete } = check;
  if (broken !== null) {
    const what = BREAKS[broken.reason] ?? humanised(broken.reason);
    return `${what} (number ${numberText(broken.seq)}). ${broken.detail}`;
  }
  if (!complete) return `${records(checked)} checked so far.`;
  const rest = [
    check.waiting > 0 && `${records(check.waiting)} not chained yet.`,
    check.unreachable > 0 && `${numberText(check.unreachable)} payloads could not be reached.`,
  ];
  return [`The chain is whole: ${records(checked)} checked.`, ...rest].filter(Boolean).join(" ");
}
