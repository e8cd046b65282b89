/** What a contact's profile is made of, one fact after the other: how each is read, typed and changed. Pure. */
import { ACCOUNT_STATUSES, type Contact, type ContactPatch, type CustomField } from "../../api/crm";
import { choiceText } from "../../form/words";
import { typedValue, type Value, valueOf } from "./words";

export type Option = { value: string; label: string };

export type Fact = {
  /** Unique within the page. */
  id: string;
  label: string;
  box: "line" | "text" | "email" | "tel" | "number" | "date" | "choice";
  options?: Option[];
  /** There is always a value. */
  fixed?: boolean;
  help?: string;
  read: (contact: Contact) => Value;
  /** As one reads it; null where nothing is known. */
  shown: (value: Value) => string | null;
  typed: (text: string) => Value;
  patch: (value: Value) => ContactPatch;
};

type Plain = "name" | "email" | "phone" | "company" | "language" | "time_zone" | "assigned_agent";

const line = (
  id: Plain,
  label: string,
  more: Partial<Pick<Fact, "box" | "help" | "options" | "shown">> = {},
): Fact => ({
  id,
  label,
  box: "line",
  read: (contact) => contact[id],
  shown: (value) => (value === null ? null : String(value)),
  typed: (text) => (text.trim() === "" ? null : text.trim()),
  patch: (value) => ({ [id]: value }),
  ...more,
});

const status: Fact = {
  id: "account_status",
  label: "Account",
  box: "choice",
  options: ACCOUNT_STATUSES.map((value) => ({ value, label: choiceText(value) })),
  fixed: true,
  read: (contact) => contact.account_status,
  shown: (value) => choiceText(value),
  typed: (text) => text,
  patch: (value) => ({ account_status: value as Contact["account_status"] }),
};

/** What is known of every contact. */
export function profileFacts(agents: readonly Option[]): Fact[] {
  const nameOf = (id: Value) => agents.find((agent) => agent.value === id)?.label ?? String(id);
  return [
    line("name", "Name"),
    line("email", "E-mail", { box: "email" }),
    line("phone", "Phone", { box: "tel", help: "With its country’s code, such as +44 20 7946 0958." }),
    line("company", "Company"),
    status,
    line("language", "Language", { help: "Its tag, such as en or de-AT. Templates are sent in it." }),
    line("time_zone", "Time zone", {
      help: "Its name, such as Europe/London. Messages are sent by its clock.",
    }),
    line("assigned_agent", "Agent", {
      box: agents.length === 0 ? "line" : "choice",
      options: [...agents],
      help: "Which agent looks after this customer.",
      shown: (value) => (value === null ? null : nameOf(value)),
    }),
  ];
}

const BOXES: Record<CustomField["type"], Fact["box"]> = {
  text: "text",
  number: "number",
  boolean: "choice",
  date: "date",
  choice: "choice",
};

function optionsOf({ type, choices }: CustomField): Option[] {
  if (type === "boolean") {
    return [
      { value: "true", label: "Yes" },
      { value: "false", label: "No" },
    ];
  }
  return choices.map((value) => ({ value, label: value }));
}

/** What this organisation keeps of its contacts beyond that. */
export const customFact = (field: CustomField): Fact => ({
  id: `custom_fields.${field.key}`,
  label: field.label,
  box: BOXES[field.type],
  options: optionsOf(field),
  ...(field.description !== "" && { help: field.description }),
  read: (contact) => contact.custom_fields[field.key] ?? null,
  shown: (value) => valueOf(field, value),
  typed: (text) => typedValue(field, text),
  patch: (value) => ({ custom_fields: { [field.key]: value } }),
});
