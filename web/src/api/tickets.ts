/** Tickets, and conversations in which a person answers. */
import { type Page, query } from "./console";
import { request } from "./http";
import type { AttachmentPage, Message, Session } from "./types";

const API = "/api/v1";
const segment = encodeURIComponent;

export const STATUSES = ["pending", "assigned", "resolved", "closed"] as const;
export const PRIORITIES = ["high", "medium", "normal"] as const;
export const CATEGORIES = ["legal", "urgent", "complaint", "general"] as const;
export type TicketStatus = (typeof STATUSES)[number];
export type Priority = (typeof PRIORITIES)[number];
export type Category = (typeof CATEGORIES)[number];
export type TicketStep = "assign" | "resolve" | "close" | "reopen";

export type Sla = {
  first_response_due_at: string;
  first_response_at: string | null;
  first_response_breached: boolean;
  resolution_due_at: string;
  resolved_at: string | null;
  resolution_breached: boolean;
  overdue: boolean;
};

export type Handover = {
  wants: string;
  asked_for_person: boolean;
  tried: { question: string; reply: string; answered: boolean }[];
  open_points: string[];
  sentiment_label: string;
  sentiment_score: number;
  facts: { kind: string; value: string }[];
  message_count: number;
  agent_reason: string;
};

export type Ticket = {
  id: string;
  session_id: string;
  thread_id: string;
  contact_id: string;
  turn_id: string | null;
  agent_id: string | null;
  status: TicketStatus;
  /** What can be done to it now. */
  allowed: TicketStep[];
  category: Category;
  priority: Priority;
  score: number;
  explicit_request: boolean;
  reasons: string[];
  signals: Record<string, number>;
  handover: Handover;
  channels: string[];
  assignee_id: string | null;
  resolution: string | null;
  sla: Sla;
  created_at: string;
  updated_at: string;
  closed_at: string | null;
};

export type TicketEvent = {
  id: string;
  kind: string;
  /** Without one the house did it. */
  actor: string | null;
  detail: string;
  at: string;
};

export type TicketNotice = {
  id: string;
  channel: string;
  kind: string;
  status: "waiting" | "sent" | "failed";
  attempts: number;
  next_at: string;
  last_error: string | null;
  sent_at: string | null;
};

export type TicketDetails = Ticket & { events: TicketEvent[]; notices: TicketNotice[] };

export type TicketFilter = {
  status: string;
  priority: string;
  category: string;
  assignee: string;
  contact_id: string;
  overdue: string;
  limit: number;
  offset: number;
};

export type TicketPatch = { priority?: Priority; note?: string };

/** Who of the staff has the session; nobody: an agent answers. */
export type Owner = {
  session_id: string;
  user_id: string | null;
  email: string | null;
  name: string | null;
};

export type Thread = {
  id: string;
  contact_id: string;
  title: string;
  status: string;
  message_count: number;
  last_message_at: string | null;
  created_at: string;
};

export type ThreadMessages = {
  items: Message[];
  has_more: boolean;
  before: string | null;
  after: string | null;
  total: number;
};

const one = (id: string): string => `${API}/tickets/${segment(id)}`;

export const ticketsApi = {
  list: (token: string, filter: TicketFilter) =>
    request<Page<Ticket>>(`${API}/tickets${query(filter)}`, { token }),
  get: (token: string, id: string) => request<TicketDetails>(one(id), { token }),
  change: (token: string, id: string, body: TicketPatch) =>
    request<TicketDetails>(one(id), { method: "PATCH", token, body }),
  /** To oneself, where nobody is named. */
  assign: (token: string, id: string, userId?: string) =>
    request<TicketDetails>(`${one(id)}/assign`, {
      method: "POST",
      token,
      body: userId === undefined ? {} : { user_id: userId },
    }),
  resolve: (token: string, id: string, resolution: string) =>
    request<TicketDetails>(`${one(id)}/resolve`, { method: "POST", token, body: { resolution } }),
  close: (token: string, id: string) =>
    request<TicketDetails>(`${one(id)}/close`, { method: "POST", token }),
  reopen: (token: string, id: string) =>
    request<TicketDetails>(`${one(id)}/reopen`, { method: "POST", token }),
};

const session = (id: string): string => `${API}/sessions/${segment(id)}`;

export const takeoverApi = {
  owner: (token: string, id: string) => request<Owner>(`${session(id)}/owner`, { token }),
  takeOver: (token: string, id: string, force: boolean) =>
    request<Owner>(`${session(id)}/take-over`, {
      method: "POST",
      token,
      body: force ? { force } : {},
    }),
  handBack: (token: string, id: string, resolution: string) =>
    request<Owner>(`${session(id)}/hand-back`, {
      method: "POST",
      token,
      body: resolution === "" ? {} : { resolution },
    }),
  say: (token: string, id: string, text: string) =>
    request<Message>(`${session(id)}/operator-messages`, { method: "POST", token, body: { text } }),
};

export const threadsApi = {
  recent: (token: string, limit: number) =>
    request<Page<Thread>>(`${API}/threads${query({ limit })}`, { token }),
  ofContact: (token: string, contactId: string, limit: number) =>
    request<Page<Thread>>(`${API}/threads${query({ contact_id: contactId, limit })}`, { token }),
  get: (token: string, id: string) =>
    request<Thread>(`${API}/threads/${segment(id)}`, { token }),
  messages: (token: string, id: string, before: string | null) =>
    request<ThreadMessages>(
      `${API}/threads/${segment(id)}/messages${query({ limit: 50, before: before ?? "" })}`,
      { token },
    ),
  /** The session in which something was said names its conversation. */
  session: (token: string, id: string) => request<Session>(session(id), { token }),
  files: (token: string, sessionId: string) =>
    request<AttachmentPage>(`${session(sessionId)}/attachments?limit=100`, { token }),
};
