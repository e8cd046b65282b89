/** Contacts: who the customers are, what is noted of them, and what is sent to them outside of answers. */
import { type Page, query } from "./console";
import { request } from "./http";
import type { components } from "./schema";

const API = "/api/v1/crm";
const segment = encodeURIComponent;

type Schemas = components["schemas"];

export type Contact = Schemas["ContactOut"];
export type ContactPatch = Schemas["ContactPatch"];
export type NewContact = Partial<Schemas["ContactIn"]>;
export type Place = Schemas["PlaceOut"];
export type AccountStatus = Schemas["AccountStatus"];
export type TagMode = Schemas["TagMode"];
export type Note = Schemas["NoteOut"];
export type NewNote = Pick<Schemas["NoteIn"], "text"> & Partial<Schemas["NoteIn"]>;
export type NoteType = Schemas["NoteType"];
export type Visibility = Schemas["Visibility"];
/** Who did something: somebody of the staff or a program, an agent, or the house itself. */
export type Actor = { kind: string; id: string | null };
export type TimelineItem = Schemas["TimelineItemOut"];
export type Timeline = Schemas["TimelineOut"];
export type CustomField = Schemas["CustomFieldOut"];
export type FieldType = Schemas["FieldType"];
export type NewField = Pick<Schemas["FieldIn"], "key" | "type"> & Partial<Schemas["FieldIn"]>;
export type FieldPatch = Schemas["FieldPatch"];
export type Pipeline = Schemas["PipelineOut"];
export type StageDraft = Schemas["StageIn"];
export type Delivery = Schemas["DeliveryOut"];
export type Enrolment = Schemas["EnrolmentOut"];
export type Sequence = Schemas["SequenceOut"];
/** A message of the team to a contact; without a moment it goes at once. */
export type OutgoingMessage = { text: string; at?: string; idempotency_key?: string };

export const ACCOUNT_STATUSES: readonly AccountStatus[] = [
  "active",
  "trial",
  "past_due",
  "suspended",
  "closed",
];
export const NOTE_TYPES: readonly NoteType[] = [
  "general",
  "call_log",
  "meeting",
  "follow_up",
  "internal",
];
export const FIELD_TYPES: readonly FieldType[] = ["text", "number", "boolean", "date", "choice"];

export type ContactFilter = {
  q: string;
  tag: string;
  stage: string;
  account_status: string;
  known: string;
  limit: number;
  offset: number;
};

/** A contact's own page is small; these lists are shown whole as far as the API gives at once. */
const MOST = 100;

const one = (id: string): string => `${API}/contacts/${segment(id)}`;

export const contactsApi = {
  list: (token: string, filter: ContactFilter) =>
    request<Page<Contact>>(`${API}/contacts${query(filter)}`, { token }),
  get: (token: string, id: string) => request<Contact>(one(id), { token }),
  add: (token: string, body: NewContact) =>
    request<Contact>(`${API}/contacts`, { method: "POST", token, body }),
  /** Refused (412) when the contact has another version by now. */
  change: (token: string, id: string, body: ContactPatch, version: number) =>
    request<Contact>(one(id), { method: "PATCH", token, body, ifMatch: `"${version}"` }),
  erase: (token: string, id: string) =>
    request<{ erased: number }>(one(id), { method: "DELETE", token }),
  /** Everything that is known of the person, in every part of the house. */
  eraseEverywhere: (token: string, id: string) =>
    request<Schemas["PersonErasedOut"]>(`/api/v1/contacts/${segment(id)}/erase`, { method: "POST", token }),
  tags: (token: string, id: string, mode: TagMode, tags: string[]) =>
    request<Contact>(`${one(id)}/tags`, { method: "POST", token, body: { mode, tags } }),
  move: (token: string, id: string, pipeline: string, stage: string | null) =>
    request<Contact>(`${one(id)}/pipeline`, { method: "PUT", token, body: { pipeline, stage } }),
  notes: (token: string, id: string, limit: number, offset: number) =>
    request<Page<Note>>(`${one(id)}/notes${query({ limit, offset })}`, { token }),
  addNote: (token: string, id: string, body: NewNote) =>
    request<Note>(`${one(id)}/notes`, { method: "POST", token, body }),
  removeNote: (token: string, id: string, noteId: string, keepalive: boolean) =>
    request<undefined>(`${one(id)}/notes/${segment(noteId)}`, {
      method: "DELETE",
      token,
      keepalive,
    }),
  timeline: (token: string, id: string, kind: string, cursor: string) =>
    request<Timeline>(`${one(id)}/timeline${query({ kind, cursor, limit: 20 })}`, { token }),
  messages: (token: string, id: string) =>
    request<Page<Delivery>>(`${one(id)}/messages${query({ limit: MOST })}`, { token }),
  send: (token: string, id: string, body: OutgoingMessage) =>
    request<Delivery>(`${one(id)}/messages`, { method: "POST", token, body }),
  cancelMessage: (token: string, deliveryId: string) =>
    request<Delivery>(`${API}/scheduled-messages/${segment(deliveryId)}/cancel`, {
      method: "POST",
      token,
    }),
  enrolments: (token: string, id: string) =>
    request<Page<Enrolment>>(`${API}/enrolments${query({ contact_id: id, limit: MOST })}`, {
      token,
    }),
  cancelEnrolment: (token: string, enrolmentId: string) =>
    request<Enrolment>(`${API}/enrolments/${segment(enrolmentId)}/cancel`, {
      method: "POST",
      token,
    }),
};

const field = (key: string): string => `${API}/fields/${segment(key)}`;
const pipeline = (id: string): string => `${API}/pipelines/${segment(id)}`;

/** How the CRM is set up. */
export const crmSetupApi = {
  fields: (token: string) =>
    request<Page<CustomField>>(`${API}/fields${query({ limit: MOST })}`, { token }),
  addField: (token: string, body: NewField) =>
    request<CustomField>(`${API}/fields`, { method: "POST", token, body }),
  changeField: (token: string, key: string, body: FieldPatch) =>
    request<CustomField>(field(key), { method: "PATCH", token, body }),
  removeField: (token: string, key: string) =>
    request<undefined>(field(key), { method: "DELETE", token }),
  pipelines: (token: string) =>
    request<Page<Pipeline>>(`${API}/pipelines${query({ limit: MOST })}`, { token }),
  addPipeline: (token: string, name: string, stages: StageDraft[]) =>
    request<Pipeline>(`${API}/pipelines`, { method: "POST", token, body: { name, stages } }),
  changePipeline: (token: string, id: string, name: string, stages: StageDraft[]) =>
    request<Pipeline>(pipeline(id), { method: "PATCH", token, body: { name, stages } }),
  removePipeline: (token: string, id: string) =>
    request<undefined>(pipeline(id), { method: "DELETE", token }),
  sequences: (token: string) =>
    request<Page<Sequence>>(`${API}/sequences${query({ limit: MOST })}`, { token }),
};
