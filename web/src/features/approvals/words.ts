/** What the numbers and codes of a request mean, and what a form needs to change it. Pure. */
import type { Approval, ApprovalEvent, ApprovalStatus } from "../../api/approvals";
import { isObject, type Json, type JsonObject, same } from "../../data/json";
import type { Schema } from "../../form/schema";
import { humanised, valueText } from "../../form/words";

type Tone = "warn" | "good" | "danger" | "calm";

const STATES: Record<ApprovalStatus, { text: string; tone: Tone }> = {
  pending: { text: "Waiting", tone: "warn" },
  escalated: { text: "Over time", tone: "danger" },
  approved: { text: "Allowed", tone: "good" },
  executed: { text: "Done", tone: "good" },
  failed: { text: "Failed", tone: "danger" },
  rejected: { text: "Refused", tone: "calm" },
  expired: { text: "Expired", tone: "calm" },
};
export const stateOf = (status: ApprovalStatus) => STATES[status];

/** Whether a person can still decide. */
export const isOpen = (status: ApprovalStatus): boolean =>
  status === "pending" || status === "escalated";

const KINDS: Record<string, string> = {
  refund: "Refund",
  discount: "Discount",
  contract_modification: "Change of a contract",
  legal_escalation: "Legal matter",
};
export const KIND_NAMES = Object.keys(KINDS);
export const kindText = (kind: string): string => KINDS[kind] ?? humanised(kind);

const money = new Intl.NumberFormat("en", { minimumFractionDigits: 2, maximumFractionDigits: 3 });

/** What is at stake: "620.00 EUR", "40 %"; null where it is not about a sum. */
export function worthText({ amount, currency, percent }: Approval["action"]): string | null {
  if (amount !== null) return `${money.format(Number(amount))} ${currency ?? ""}`.trim();
  return percent === null ? null : `${valueText(percent)} %`;
}

export type Left = { text: string; tone: "over" | "soon" | "calm" };
const SOON_MS = 60_000;
const two = (count: number): string => String(count).padStart(2, "0");

const DAY = 86_400;

/** What is left until a moment: "4:07", "1:02:07", "3 days", or that it is over. */
export function timeLeft(until: string, now: number): Left {
  const left = Date.parse(until) - now;
  if (Number.isNaN(left) || left <= 0) return { text: "Time is over", tone: "over" };
  const seconds = Math.ceil(left / 1000);
  if (seconds >= 2 * DAY) return { text: `${Math.floor(seconds / DAY)} days`, tone: "calm" };
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60)];
  const text =
    hours > 0
      ? `${hours}:${two(minutes)}:${two(seconds % 60)}`
      : `${minutes}:${two(seconds % 60)}`;
  return { text, tone: left < SOON_MS ? "soon" : "calm" };
}

const UNANSWERED: Record<Approval["on_timeout"], string> = {
  reject: "it is refused",
  approve: "it is allowed",
  escalate: "a ticket is opened",
};
export const unansweredText = (approval: Pick<Approval, "on_timeout">): string =>
  UNANSWERED[approval.on_timeout];

const EVENTS: Record<ApprovalEvent["kind"], string> = {
  requested: "Asked for",
  notified: "The team was notified",
  approved: "Allowed",
  modified: "Allowed with a change",
  rejected: "Refused",
  timed_out: "Nobody decided in time",
  started: "Being carried out",
  executed: "Done",
  failed: "Failed",
  told: "The customer was told",
};
export const eventText = ({ kind }: Pick<ApprovalEvent, "kind">): string => EVENTS[kind];

/** A detail that only names a state says nothing that its event does not. */
export const eventDetail = ({ kind, detail }: ApprovalEvent): string =>
  kind === "told" || kind === "timed_out" ? "" : detail;

const VERDICTS = {
  approve: "Allowed",
  reject: "Refused",
  modify: "Allowed with a change",
  timeout: "Nobody decided in time",
} as const;
export const verdictText = (verdict: keyof typeof VERDICTS): string => VERDICTS[verdict];

/** Of no use to whoever decides: it keeps the same call from being made twice. */
export const KEY = "idempotency_key";
export const HIDDEN: ReadonlySet<string> = new Set([KEY]);

export type Argument = {
  name: string;
  label: string;
  value: string;
  /** What was allowed instead. */
  instead: string | null;
};

function shown(value: unknown): string {
  if (typeof value === "boolean") return value ? "yes" : "no";
  return valueText(value as Json | undefined);
}

/** The arguments by name; what is not set is left out, unless it was changed. */
export function argumentsOf(
  asked: Record<string, unknown>,
  allowed: Record<string, unknown> | null,
): Argument[] {
  const names = [...new Set([...Object.keys(asked), ...Object.keys(allowed ?? {})])];
  return names
    .filter((name) => name !== KEY)
    .map((name) => {
      const [before, after] = [asked[name] as Json, allowed?.[name] as Json | undefined];
      const changed = allowed !== null && !same(before, after ?? null);
      const instead = changed ? shown(after) : null;
      return { name, label: humanised(name), value: shown(before), instead };
    })
    .filter(({ value, instead }) => value !== "not set" || instead !== null);
}

const isText = (schema: Schema): boolean => schema.type === "string";
const isNull = (schema: Schema): boolean => schema.type === "null";

/** A sum may be written as a number or as a text; it is written as a text here, so that no cent is lost. */
function asText(schema: Schema): Schema {
  const { anyOf, ...around } = schema;
  const text = anyOf?.find(isText);
  const numbers = anyOf?.some((branch) => branch.type === "number") === true;
  if (anyOf === undefined || text === undefined || !numbers) return schema;
  return anyOf.some(isNull)
    ? { ...around, anyOf: [text, { type: "null" }] }
    : { ...around, ...text };
}

/** A tool's parameters as a form can show them. */
export function editable(parameters: Record<string, unknown>): Schema {
  const schema = parameters as Schema;
  const parts = Object.entries(schema.properties ?? {}).map(
    ([name, part]) => [name, asText(part)] as const,
  );
  return { ...schema, properties: Object.fromEntries(parts) };
}

/** The server's words on arguments, by the form's own path; on all of them together under "". */
export function argumentProblems(
  errors: { field: string; message: string }[],
): ReadonlyMap<string, string> {
  return new Map(
    errors.map(({ field, message }) => [
      field.replace(/^body(?:\.arguments)?(?:\.|$)/, ""),
      message,
    ]),
  );
}

/** Arguments as a form holds them. */
export const asJson = (given: Record<string, unknown>): JsonObject =>
  isObject(given) ? given : {};

/** The most urgent first, where it is time that runs. */
export const byUrgency = (approvals: Approval[]): Approval[] =>
  approvals.toSorted((a, b) => {
    const open = Number(b.status === "pending") - Number(a.status === "pending");
    if (open !== 0 || a.status !== "pending") return open;
    return Date.parse(a.expires_at) - Date.parse(b.expires_at);
  });
