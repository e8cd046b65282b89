import { expect, test } from "vitest";

import { customFact, profileFacts } from "./facts";
import { momentOf } from "./SendDialog";
import {
  actorText,
  contactName,
  deliveryText,
  editable,
  enrolmentText,
  refusedField,
  timelineLines,
  typedValue,
  valueOf,
} from "./words";
import { contact, customField } from "../../testing/contacts";

test("a contact is called by the best that is known", () => {
  const { name, email, phone } = contact();
  expect(contactName({ name, email, phone })).toBe("Ada Keller");
  expect(contactName({ name: null, email, phone })).toBe("ada@example.com");
  expect(contactName({ name: null, email: null, phone: "+4915112345678" })).toBe("+4915112345678");
  expect(contactName({ name: null, email: null, phone: null })).toBe("Unnamed visitor");
});

test("values of own fields are read and typed by their type", () => {
  expect(valueOf({ type: "number" }, 1200.5)).toBe("1,200.5");
  expect(valueOf({ type: "number" }, 0)).toBe("0");
  expect(valueOf({ type: "boolean" }, false)).toBe("No");
  expect(valueOf({ type: "text" }, undefined)).toBeNull();
  expect(typedValue({ type: "number" }, " 12.5 ")).toBe(12.5);
  expect(typedValue({ type: "boolean" }, "false")).toBe(false);
  expect(typedValue({ type: "text" }, "  ")).toBeNull();
  expect([0, false, null, undefined].map(editable)).toEqual(["0", "false", "", ""]);
});

test("what is no number goes to the server as it was typed, to be refused in its words", () => {
  expect(typedValue({ type: "number" }, "a dozen")).toBe("a dozen");
});

test("each fact changes itself alone", () => {
  const patches = profileFacts([]).map((fact) => fact.patch(fact.typed(" x ")));
  expect(patches.map((patch) => Object.keys(patch))).toEqual([
    ["name"],
    ["email"],
    ["phone"],
    ["company"],
    ["account_status"],
    ["language"],
    ["time_zone"],
    ["assigned_agent"],
  ]);
  const seats = customFact(customField({ key: "seats", type: "number" }));
  expect(seats.patch(seats.typed("7"))).toEqual({ custom_fields: { seats: 7 } });
  expect(seats.read(contact({ custom_fields: { seats: 3 } }))).toBe(3);
});

test("an agent is shown by name where it is known, else by its id", () => {
  const fact = profileFacts([{ value: "sales", label: "Sam (sales)" }]).at(-1)!;
  expect([fact.shown("sales"), fact.shown("gone"), fact.shown(null)]).toEqual([
    "Sam (sales)",
    "gone",
    null,
  ]);
});

test("a refusal finds the box that it speaks of", () => {
  const draft = { name: "Ada", email: "ada@", phone: "12", company: "Northwind" };
  expect(refusedField("'ada@' is not an e-mail address: write one.", draft)).toBe("email");
  expect(refusedField("'12' is not a phone number: write it.", draft)).toBe("phone");
  expect(refusedField("The company has 300 characters.", draft)).toBe("company");
  expect(refusedField("The name 'Ada' holds control characters.", draft)).toBe("name");
  expect(refusedField("The server is busy.", draft)).toBeNull();
});

test("a change is told line by line", () => {
  const told = (data: Record<string, unknown>) => timelineLines({ kind: "change", data });
  const changed = { email: { before: null, after: "a@b.example" }, "custom_fields.seats": { before: 1, after: 2 } };
  expect(told({ change: "profile_changed", changed })).toEqual([
    "Email: nothing → a@b.example",
    "Seats: 1 → 2",
  ]);
  expect(told({ change: "tags_changed", added: ["vip"], removed: [] })).toEqual(["Added: vip"]);
  expect(
    told({ change: "pipeline_changed", pipeline: "Sales", before: null, after: "Lead" }),
  ).toEqual(["Sales: nothing → Lead"]);
  expect(told({ change: "note_removed", type: "general" })).toEqual([]);
  expect(told({ change: "profile_changed", changed: "?" })).toEqual([]);
});

test("an event tells its data", () => {
  const data = { category: "purchase", data: { order: "A-1044", paid: true } };
  expect(timelineLines({ kind: "event", data })).toEqual(["Order: A-1044", "Paid: yes"]);
});

test("who did something is named as far as it may be known", () => {
  const nameOf = (id: string | null) => (id === "usr_1" ? "You" : null);
  expect(actorText(null, nameOf)).toBe("Deskhand");
  expect(actorText({ kind: "agent", id: "sales" }, nameOf)).toBe("Agent sales");
  expect(actorText({ kind: "user", id: "usr_1" }, nameOf)).toBe("You");
  expect(actorText({ kind: "user", id: null }, nameOf)).toBe("Somebody of the team");
});

test("messages and sequences are told in a few words", () => {
  const template = { name: "order-sent", language: "en", version: 2 };
  expect(deliveryText({ kind: "template", template })).toBe("Template “order-sent”");
  expect(deliveryText({ kind: "follow_up", template: null })).toBe("Follow-up");
  expect(enrolmentText({ status: "active", next_step: 1, steps: 3 })).toBe("Step 2 of 3 is next");
  expect(enrolmentText({ status: "stopped", next_step: 1, steps: 3 })).toBe("Stopped");
});

test("a moment is the one of this browser's clock, and none means now", () => {
  expect(momentOf("")).toBeUndefined();
  expect(momentOf("2026-11-31T25:00")).toBeUndefined();
  expect(momentOf("2026-11-22T09:00")).toBe(new Date(2026, 10, 22, 9).toISOString());
});
