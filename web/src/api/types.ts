/**
 * The shapes of the HTTP API, under the names the client uses. They come from the server's OpenAPI
 * document: `make openapi` writes `openapi.json` and `schema.d.ts` anew.
 */
import type { components } from "./schema";

type Schemas = components["schemas"];

export type Problem = Schemas["Problem"];
export type FieldProblem = Schemas["FieldProblem"];
/** What may be sent along stands in the configuration of a server that takes attachments. */
export type ChatConfig = Schemas["ChatConfigOut"] & {
  max_file_bytes?: number;
  allowed_file_types?: string[];
};
export type ContactToken = Schemas["ContactTokenOut"];
export type Session = Schemas["SessionOut"];
export type Citation = Schemas["CitationOut"];
export type Feedback = Schemas["FeedbackOut"];
export type SourceArticle = Schemas["SourceTextOut"];

export type Route = Schemas["RouteOut"];

/** What an answer says of itself; the API leaves the object open. */
export type MessageMetadata = {
  answered?: boolean;
  model?: string;
  degraded?: boolean;
  /** Whose the message was found to be, where several agents could answer. */
  route?: Route | null;
  offer_human?: boolean;
  /** Of a message of the staff: what the customer sees of who wrote it. */
  operator_name?: string;
  /** Of a customer's message: ids of what was sent along. */
  attachments?: string[];
};

export type Message = Omit<Schemas["MessageOut"], "metadata"> & { metadata: MessageMetadata };
export type MessagePage = Omit<Schemas["MessagePage"], "items"> & { items: Message[] };
/** Without a message nothing was said: the customer's message waits for a person. */
export type Answer = Omit<Schemas["AnswerOut"], "message" | "with_human"> & {
  message: Message | null;
  with_human?: boolean;
};

export type AttachmentStatus = "processing" | "ready" | "refused";
export type Attachment = {
  id: string;
  session_id: string;
  name: string;
  media_type: string;
  bytes: number;
  status: AttachmentStatus;
  code: string | null;
  reason: string | null;
  preview: string;
  pages: number | null;
  chars: number;
  created_at: string;
};
export type AttachmentPage = { items: Attachment[]; total: number; limit: number; offset: number };
