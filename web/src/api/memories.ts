/** What is remembered of customers. */
import { type Page, query } from "./console";
import { request } from "./http";

const API = "/api/v1";
const segment = encodeURIComponent;

export const MEMORY_TYPES = ["user_info", "preference", "fact", "context"] as const;
export type MemoryType = (typeof MEMORY_TYPES)[number];

export type Provenance = {
  source: "message" | "summary" | "tool" | "staff";
  session_id: string | null;
  turn_id: string | null;
  message_id: string | null;
  /** The sentence that it was taken from. */
  quote: string | null;
};

export type Memory = {
  id: string;
  agent_id: string;
  contact_id: string | null;
  thread_id: string | null;
  type: MemoryType;
  key: string | null;
  content: string;
  importance: number;
  uses: number;
  repeats: number;
  provenance: Provenance;
  occurred_at: string;
  stated_at: string;
  last_used_at: string | null;
  created_at: string;
  superseded_by: string | null;
  superseded_at: string | null;
};

export type Recalled = {
  memory: Memory;
  score: number;
  recency: number;
  semantic: number;
  reinforcement: number;
};
export type Recall = { items: Recalled[]; confidence: number };

export type MemoryFilter = {
  contact_id: string;
  agent_id: string;
  type: string;
  include_superseded: string;
  limit: number;
  offset: number;
};

export type NewMemory = {
  type: MemoryType;
  content: string;
  importance: number;
  contact_id?: string;
  agent_id?: string;
};
export type MemoryPatch = { content?: string; importance?: number };
export type RecallQuestion = {
  query: string;
  contact_id?: string;
  agent_id?: string;
  limit: number;
};

const one = (id: string): string => `${API}/memories/${segment(id)}`;
const ofContact = (id: string): string => `${API}/contacts/${segment(id)}/memories`;

export const memoriesApi = {
  list: (token: string, filter: MemoryFilter) =>
    request<Page<Memory>>(`${API}/memories${query(filter)}`, { token }),
  add: (token: string, body: NewMemory) =>
    request<Memory>(`${API}/memories`, { method: "POST", token, body }),
  correct: (token: string, id: string, body: MemoryPatch) =>
    request<Memory>(one(id), { method: "PATCH", token, body }),
  remove: (token: string, id: string) =>
    request<undefined>(one(id), { method: "DELETE", token }),
  history: (token: string, id: string) =>
    request<{ items: Memory[] }>(`${one(id)}/history`, { token }),
  recall: (token: string, body: RecallQuestion) =>
    request<Recall>(`${API}/memories/recall`, { method: "POST", token, body }),
  export: (token: string, contactId: string) =>
    request<unknown>(`${ofContact(contactId)}/export`, { token }),
  erase: (token: string, contactId: string) =>
    request<{ erased: number }>(ofContact(contactId), { method: "DELETE", token }),
};
