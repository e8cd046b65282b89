import type { Citation, Message } from "../../../api/types";
import { noWork, type Work } from "./work";

/** How the page reaches the server; `limited` is plain HTTP because no socket could be opened. */
export type Connection = "connecting" | "connected" | "reconnecting" | "offline" | "limited";

/** Why a message was not sent or not answered, ready to be shown. */
export type Failure = {
  title: string;
  detail: string;
  retryable: boolean;
  /** Not worth trying before this moment (epoch milliseconds). */
  retryAt: number | null;
  /** The server has the message; only the answer failed. */
  stored: boolean;
};

export type Delivery =
  { state: "waiting" } | { state: "sent" } | { state: "failed"; failure: Failure };

/** A file sent along. Of an earlier visit's only the id is known until somebody asks for the rest. */
export type SentFile = { id: string; name: string | null };

/** A message of the reader. `key` is its idempotency key, kept over every retry. */
export type CustomerItem = {
  kind: "customer";
  key: string;
  id: string | null;
  text: string;
  at: string;
  delivery: Delivery;
  files?: SentFile[];
};

export type ReplyItem = { kind: "reply"; key: string; message: Message };
export type NoteItem = { kind: "note"; key: string; text: string };
export type Item = CustomerItem | ReplyItem | NoteItem;

export type Phase =
  "thinking" | "searching" | "writing" | "checking" | "falling_back" | "left_to_human";
export type CandidateSource = Omit<Citation, "quote">;

/** An answer in the making. */
export type LiveTurn = {
  turnId: string;
  /** Idempotency keys of the messages it answers. */
  keys: string[];
  phase: Phase;
  detail: string | null;
  tool: string | null;
  /** What it wanted to do, a member of the team looks at first. */
  waits?: boolean;
  /** Who writes it, where that had to be found. */
  agent?: { id: string; name: string };
  text: string;
  sources: CandidateSource[];
  /** Its beginning was missed, so its text is not shown; the final answer comes whole. */
  partial: boolean;
};

export type HistoryState = {
  status: "idle" | "loading" | "ready" | "failed";
  /** How many of the session's messages lie before the oldest one shown. */
  earlier: number;
  loadingEarlier: boolean;
};

/** How far a person has come into the conversation: asked for, answering, or gone again. */
export type Help = {
  state: "none" | "asked" | "here" | "gone";
  /** What the customer may name to anybody. */
  ticket: string | null;
  /** Of the person, as the customer sees it. */
  name: string | null;
};

export const noHelp: Help = { state: "none", ticket: null, name: null };

export type ChatState = {
  connection: Connection;
  sessionId: string | null;
  threadId: string | null;
  stream: string | null;
  /** Number of the last event applied; everything up to it is in the view. */
  lastSeq: number;
  /** Events after this number are missing; the connection has to be resumed from it. */
  gapAfter: number | null;
  /** Messages of sessions that ended while the page was open. Read-only. */
  past: Item[];
  items: Item[];
  turns: LiveTurn[];
  /** Keys given to the present connection and not acknowledged yet, in order. */
  inFlight: string[];
  history: HistoryState;
  /** A new conversation was asked for and can still be undone. */
  fresh: boolean;
  /** A problem that belongs to no message. */
  notice: Failure | null;
  help: Help;
  work: Work;
};

export const initialState: ChatState = {
  connection: "connecting",
  sessionId: null,
  threadId: null,
  stream: null,
  lastSeq: 0,
  gapAfter: null,
  past: [],
  items: [],
  turns: [],
  inFlight: [],
  history: { status: "idle", earlier: 0, loadingEarlier: false },
  fresh: false,
  notice: null,
  help: noHelp,
  work: noWork,
};

export const isWaiting = (item: Item): item is CustomerItem =>
  item.kind === "customer" && item.delivery.state === "waiting";

/** The server's id of an item, if it has one. */
export const serverId = (item: Item): string | null =>
  item.kind === "reply" ? item.message.id : item.kind === "customer" ? item.id : null;

/** The messages not acknowledged by the server, oldest first. */
export const waiting = (state: ChatState): CustomerItem[] => state.items.filter(isWaiting);
