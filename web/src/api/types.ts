/**
 * The shapes of the HTTP API, under the names the client uses. They come from the server's OpenAPI
 * document: `make openapi` writes `openapi.json` and `schema.d.ts` anew.
 */
import type { components } from "./schema";

type Schemas = components["schemas"];

export type Problem = Schemas["Problem"];
export type FieldProblem = Schemas["FieldProblem"];
export type ChatConfig = Schemas["ChatConfigOut"];
export type ContactToken = Schemas["ContactTokenOut"];
export type Session = Schemas["SessionOut"];
export type Citation = Schemas["CitationOut"];
export type Feedback = Schemas["FeedbackOut"];
export type SourceArticle = Schemas["SourceTextOut"];

/** What an answer says of itself; the API leaves the object open. */
export type MessageMetadata = {
  answered?: boolean;
  model?: string;
  degraded?: boolean;
  offer_human?: boolean;
};

export type Message = Omit<Schemas["MessageOut"], "metadata"> & { metadata: MessageMetadata };
export type MessagePage = Omit<Schemas["MessagePage"], "items"> & { items: Message[] };
export type Answer = Omit<Schemas["AnswerOut"], "message"> & { message: Message };
