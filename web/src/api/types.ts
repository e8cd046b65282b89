/**
 * The shapes of the HTTP API, under the names the client uses.
 *
 * Written by hand until the server's OpenAPI document is there; then each one becomes an alias of
 * `components["schemas"][…]` in `schema.d.ts` (`npm run types`), and nothing else changes.
 */

export type Problem = {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: string;
  request_id: string;
  errors?: { field: string; message: string }[];
};

export type ChatConfig = {
  tenant: string;
  company: string;
  agent_name: string;
  welcome: string;
  suggestions: string[];
  max_message_chars: number;
};

export type ContactToken = {
  token: string;
  contact_id: string;
  tenant: string;
  expires_at: string;
};

export type Session = {
  id: string;
  thread_id: string;
  contact_id: string;
  channel: string;
  status: "active" | "closed";
  started_at: string;
  last_activity_at: string;
};

export type Citation = {
  number: number;
  chunk_id: string;
  source_id: string;
  source: string;
  title: string;
  heading: string | null;
  link: string | null;
  quote: string;
};

export type MessageMetadata = {
  answered?: boolean;
  model?: string;
  degraded?: boolean;
  offer_human?: boolean;
};

export type Feedback = { score: number; reason: string | null };

export type Message = {
  id: string;
  thread_id: string;
  session_id: string;
  role: "customer" | "agent" | "operator" | "system";
  content: string;
  citations: Citation[];
  metadata: MessageMetadata;
  feedback: Feedback | null;
  created_at: string;
};

export type MessagePage = { items: Message[]; total: number; limit: number; offset: number };

export type Answer = {
  session_id: string;
  thread_id: string;
  turn_id: string;
  message: Message;
  answer: string;
  answered: boolean;
  citations: Citation[];
  requires_escalation: boolean;
  ticket: null;
  confidence: number;
  tools_used: string[];
  tool_metadata: Record<string, unknown>;
  processing_time: number;
  model: string;
};

export type SourceArticle = { id: string; title: string; link: string | null; markdown: string };
