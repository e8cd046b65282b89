/** The audit: what happened in each turn. */
import { type Page, query } from "./console";
import { download } from "./download";
import { request } from "./http";

const API = "/api/v1/audit";
const segment = encodeURIComponent;

export type AuditSource = {
  number: number;
  chunk_id: string;
  source_id: string;
  source: string;
  title: string;
  heading: string | null;
  link: string | null;
  quote: string;
  cited: boolean;
};
export type AuditTool = {
  name: string;
  success: boolean;
  calls: number;
  attempts: number;
  seconds: number;
  summary: string;
};
export type AuditApproval = {
  id: string;
  action: string;
  decision: string;
  decided_by: string | null;
};
export type SealState = "readable" | "erased" | "unreadable" | "empty";

/** Where `personal` is not `readable`, what was said is null. */
export type AuditRecord = {
  id: string;
  event: "turn" | "failure" | "erasure";
  at: string;
  seq: number | null;
  hash: string | null;
  previous_hash: string | null;
  request_id: string | null;
  session_id: string | null;
  thread_id: string | null;
  turn_id: string | null;
  turn_ids: string[];
  contact_id: string;
  actor_id: string | null;
  agent_id: string | null;
  agent_version: string | null;
  kind: string;
  confidence: number;
  model: string;
  degraded: boolean;
  input_tokens: number;
  output_tokens: number;
  cost: number | null;
  currency: string | null;
  seconds: number;
  stages: Record<string, number>;
  ticket_id: string | null;
  tools: AuditTool[];
  approvals: AuditApproval[];
  sources: AuditSource[] | null;
  messages: string[] | null;
  answer: string | null;
  pii_redacted: boolean;
  personal: SealState;
  payload_bytes: number;
  payload_digest: string | null;
  blob_key: string | null;
};
export type AuditPage = Page<AuditRecord> & { next: string | null };

export type AuditFilter = {
  session_id: string;
  contact_id: string;
  agent_id: string;
  event: string;
  from: string;
  to: string;
  tool: string;
  ticket: string;
  q: string;
};

export type AuditLink = { seq: number; hash: string };
export type AuditReport = {
  intact: boolean;
  complete: boolean;
  checked: number;
  through: AuditLink;
  head: AuditLink;
  broken: { seq: number; reason: string; detail: string; record_id: string | null } | null;
  waiting: number;
  payloads_checked: number;
  payloads_unreachable: number;
};

export type AuditPiece = { kind: "same" | "added" | "removed"; text: string };
export type AuditOutcome = {
  answer: string;
  kind: string;
  confidence: number;
  model: string;
  sources: AuditSource[];
};
export type AuditReplay = {
  record_id: string;
  same: boolean;
  same_answer: boolean;
  answer: AuditPiece[];
  sources_added: AuditSource[];
  sources_removed: AuditSource[];
  recorded: AuditOutcome;
  replayed: AuditOutcome;
};
export type AuditErasure = { contact_id: string; records: number; record_id: string | null };

/** What a turn was given, so far as the console reads it. */
export type AuditPayload = { inputs: { more: Record<string, unknown> } };

const one = (id: string): string => `${API}/${segment(id)}`;

export const auditApi = {
  list: (token: string, filter: AuditFilter, limit: number, offset: number) =>
    request<AuditPage>(`${API}${query({ ...filter, limit, offset })}`, { token }),
  payload: (token: string, id: string) =>
    request<AuditPayload>(`${one(id)}/payload`, { token }),
  get: (token: string, id: string) => request<AuditRecord>(one(id), { token }),
  replay: (token: string, id: string) =>
    request<AuditReplay>(`${one(id)}/replay`, { method: "POST", token }),
  /** A part of the chain: the rest begins behind `after`. */
  verify: (token: string, after: AuditLink | null) =>
    request<AuditReport>(`${API}/verify`, {
      method: "POST",
      token,
      body: after === null ? {} : { after },
    }),
  export: (token: string, filter: AuditFilter, format: "jsonl" | "csv") =>
    download(`${API}/export${query({ ...filter, format })}`, token, `audit.${format}`),
  erase: (token: string, contactId: string) =>
    request<AuditErasure>(`${API}/contacts/${segment(contactId)}/erase`, {
      method: "POST",
      token,
    }),
};
