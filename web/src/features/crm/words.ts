/** Contacts in words. Pure. */
import type { AccountStatus, Actor, Contact, CustomField, Delivery, Enrolment } from "../../api/crm";
import type { TimelineItem } from "../../api/crm";
import { choiceText, humanised, numberText } from "../../form/words";

export type Value = boolean | number | string | null;

/** What a contact is called: by name, else by what else is known. */
export function contactName({ name, email, phone }: Pick<Contact, "name" | "email" | "phone">): string {
  return name ?? email ?? phone ?? "Unnamed visitor";
}

export const STATUS_TONES: Record<AccountStatus, "good" | "calm" | "warn" | "danger"> = {
  active: "good",
  trial: "calm",
  past_due: "warn",
  suspended: "danger",
  closed: "calm",
};

/** A value of a custom field as one reads it; null where there is none. */
export function valueOf(field: Pick<CustomField, "type">, value: Value | undefined): string | null {
  if (value === undefined || value === null || value === "") return null;
  if (field.type === "boolean") return value === true ? "Yes" : "No";
  return typeof value === "number" ? numberText(value) : String(value);
}

/** What was typed for a custom field as the API takes it; an empty box clears it. */
export function typedValue(field: Pick<CustomField, "type">, text: string): Value {
  const typed = text.trim();
  if (typed === "") return null;
  if (field.type === "boolean") return typed === "true";
  if (field.type !== "number") return typed;
  const value = Number(typed);
  return Number.isFinite(value) ? value : typed;
}

/** The other way: what stands in the box when one begins to edit. */
export const editable = (value: Value | undefined): string =>
  value === undefined || value === null ? "" : String(value);

/** Who did something, by name where the staff is known. */
export function actorText(actor: Actor | null, nameOf: (id: string | null) => string | null): string {
  if (actor === null || actor.kind === "system") return "Deskhand";
  if (actor.kind === "agent") return `Agent ${actor.id ?? ""}`.trim();
  return nameOf(actor.id) ?? "Somebody of the team";
}

export const KIND_WORDS: Record<string, string> = {
  message: "Messages",
  note: "Notes",
  event: "Events",
  change: "Changes",
};

type Detail = Record<string, unknown>;

const isDetail = (value: unknown): value is Detail =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const shown = (value: unknown): string => {
  if (value === null || value === undefined || value === "") return "nothing";
  if (typeof value === "string" || typeof value === "number") return String(value);
  return typeof value === "boolean" ? (value ? "yes" : "no") : JSON.stringify(value);
};

const fieldName = (path: string): string => humanised(path.replace(/^custom_fields\./, ""));

function profileLines(changed: unknown): string[] {
  if (!isDetail(changed)) return [];
  return Object.entries(changed).map(([name, how]) => {
    const { before, after } = isDetail(how) ? how : {};
    return `${fieldName(name)}: ${shown(before)} → ${shown(after)}`;
  });
}

const words = (list: unknown): string => (Array.isArray(list) ? list.map(String).join(", ") : "");

function tagLines({ added, removed }: Detail): string[] {
  return [
    words(added) !== "" && `Added: ${words(added)}`,
    words(removed) !== "" && `Removed: ${words(removed)}`,
  ].filter((line) => line !== false);
}

/** What exactly happened, line by line. */
export function timelineLines({ kind, data }: Pick<TimelineItem, "kind" | "data">): string[] {
  if (kind === "event") {
    const lines = isDetail(data["data"]) ? data["data"] : {};
    return Object.entries(lines).map(([name, value]) => `${humanised(name)}: ${shown(value)}`);
  }
  switch (data["change"]) {
    case "profile_changed":
      return profileLines(data["changed"]);
    case "tags_changed":
      return tagLines(data);
    case "pipeline_changed":
      return [`${shown(data["pipeline"])}: ${shown(data["before"])} → ${shown(data["after"])}`];
    default:
      return [];
  }
}

export const DELIVERY_TONES: Record<Delivery["status"], "good" | "calm" | "warn" | "danger"> = {
  scheduled: "warn",
  sent: "good",
  cancelled: "calm",
  skipped: "calm",
  failed: "danger",
};

const DELIVERY_KINDS: Record<Delivery["kind"], string> = {
  message: "Message",
  template: "Template",
  sequence: "Step of a sequence",
  follow_up: "Follow-up",
};

/** What kind of message it is, and which template it follows. */
export function deliveryText({ kind, template }: Pick<Delivery, "kind" | "template">): string {
  return template === null ? DELIVERY_KINDS[kind] : `${DELIVERY_KINDS[kind]} “${template.name}”`;
}

/** How far a contact has come in a sequence. */
export function enrolmentText(enrolment: Pick<Enrolment, "status" | "next_step" | "steps">): string {
  const { status, next_step: next, steps } = enrolment;
  if (status !== "active") return choiceText(status);
  return `Step ${Math.min(next + 1, steps)} of ${steps} is next`;
}

export type Draft = Record<"name" | "email" | "phone" | "company", string>;

/** Which box a refusal speaks of: the one that it names, or whose value it quotes. */
export function refusedField(detail: string, draft: Draft): keyof Draft | null {
  const names = ["name", "email", "phone", "company"] as const;
  const named = names.find((name) => detail.startsWith(`The ${name} `));
  if (named !== undefined) return named;
  if (detail.includes("e-mail address")) return "email";
  if (detail.includes("phone number")) return "phone";
  return names.find((name) => draft[name] !== "" && detail.includes(draft[name])) ?? null;
}
