/**
 * The server's socket frames, read into a closed union.
 *
 * Frames of a type this client does not know keep their number (`other`), so that a newer server
 * does not look like a gap.
 */
import type { Answer, Message } from "../../../api/types";
import type { CandidateSource, Phase } from "./model";
import { type AskedFor, type PlanProgress, readAll, readAsked, readPlan } from "./work";

export type TurnError = {
  code: string;
  title: string;
  detail: string;
  retryable: boolean;
  messageId: string | null;
  /** Of the message that was refused. */
  key: string | null;
  retryAfter: number | null;
};

export type ServerEvent =
  | {
      type: "connected";
      sessionId: string;
      threadId: string;
      stream: string;
      lastSeq: number;
      resumed: boolean;
      /** Who answers, where the server says it: undefined when it does not. */
      operator?: string | null;
      ticket?: string | null;
      asked?: AskedFor[];
      plans?: PlanProgress[];
    }
  | { type: "pong" }
  | { type: "start"; messageId: string; key: string | null; text: string }
  | { type: "status"; phase: Phase; detail: string | null }
  | { type: "sources"; sources: CandidateSource[] }
  | { type: "tool"; name: string; running: boolean; waits?: boolean }
  | { type: "route"; agentId: string; name: string }
  | { type: "text"; delta: string }
  | { type: "escalation"; ticket: string }
  | { type: "approval"; asked: AskedFor }
  | { type: "plan"; plan: PlanProgress }
  | { type: "operator"; message: Message }
  | { type: "agent said"; message: Message }
  | { type: "owner"; name: string | null }
  | { type: "attachment"; id: string; state: string; reason: string | null }
  | { type: "complete"; answer: Answer; key: string | null }
  | { type: "error"; error: TurnError }
  | { type: "other" };

export type Frame = {
  seq: number | null;
  sessionId: string;
  turnId: string | null;
  at: string;
  event: ServerEvent;
};

type Data = Record<string, unknown>;

const text = (value: unknown): string => (typeof value === "string" ? value : "");
const textOrNull = (value: unknown): string | null => (typeof value === "string" ? value : null);
const number = (value: unknown): number | null => (typeof value === "number" ? value : null);
const isData = (value: unknown): value is Data =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const PHASES: readonly string[] = [
  "searching",
  "writing",
  "checking",
  "falling_back",
  "left_to_human",
];

function readConnected(data: Data): ServerEvent {
  const asked = readAll(data["approvals"], readAsked);
  const plans = readAll(data["plans"], readPlan);
  return {
    type: "connected",
    sessionId: text(data["session_id"]),
    threadId: text(data["thread_id"]),
    stream: text(data["stream"]),
    lastSeq: number(data["last_seq"]) ?? 0,
    resumed: data["resumed"] === true,
    ...("operator" in data && { operator: textOrNull(data["operator"]) }),
    ...("ticket" in data && { ticket: textOrNull(data["ticket"]) }),
    ...(asked !== undefined && { asked }),
    ...(plans !== undefined && { plans }),
  };
}

function readAttachment(data: Data): ServerEvent {
  const told = isData(data["attachment"]) ? data["attachment"] : {};
  const id = text(told["attachment_id"]);
  if (id === "") return { type: "other" };
  return {
    type: "attachment",
    id,
    state: text(told["state"]),
    reason: textOrNull(told["reason"]),
  };
}

function readPlanStatus(data: Data): ServerEvent {
  const plan = readPlan(data["plan"]);
  return plan === null ? { type: "other" } : { type: "plan", plan };
}

function readApproval(data: Data): ServerEvent {
  const asked = readAsked(data);
  return asked === null ? { type: "other" } : { type: "approval", asked };
}

const readRoute = (data: Data): ServerEvent =>
  text(data["agent_id"]) === ""
    ? { type: "other" }
    : { type: "route", agentId: text(data["agent_id"]), name: text(data["name"]) };

const STATES: Record<string, (data: Data) => ServerEvent> = {
  pong: () => ({ type: "pong" }),
  connected: readConnected,
  attachment: readAttachment,
  plan: readPlanStatus,
  with_human: (data) => ({ type: "owner", name: text(data["operator"]) }),
  with_agent: () => ({ type: "owner", name: null }),
  operator_message: (data) =>
    isData(data["message"])
      ? { type: "operator", message: data["message"] as unknown as Message }
      : { type: "other" },
  agent_message: (data) =>
    isData(data["message"])
      ? { type: "agent said", message: data["message"] as unknown as Message }
      : { type: "other" },
};

function readStatus(data: Data): ServerEvent {
  const state = text(data["state"]);
  const read = Object.hasOwn(STATES, state) ? STATES[state] : undefined;
  if (read !== undefined) return read(data);
  if (!PHASES.includes(state)) return { type: "other" };
  return { type: "status", phase: state as Phase, detail: textOrNull(data["detail"]) };
}

function readError(data: Data): ServerEvent {
  return {
    type: "error",
    error: {
      code: text(data["code"]) || "error",
      title: text(data["title"]) || "Something went wrong",
      detail: text(data["detail"]),
      retryable: data["retryable"] === true,
      messageId: textOrNull(data["message_id"]),
      key: textOrNull(data["idempotency_key"]),
      retryAfter: number(data["retry_after"]),
    },
  };
}

const READERS: Record<string, (data: Data) => ServerEvent> = {
  status: readStatus,
  error: readError,
  start: (data) => ({
    type: "start",
    messageId: text(data["message_id"]),
    key: textOrNull(data["idempotency_key"]),
    text: text(data["text"]),
  }),
  sources: (data) => ({
    type: "sources",
    sources: Array.isArray(data["sources"]) ? (data["sources"] as CandidateSource[]) : [],
  }),
  tool_call: (data) => ({
    type: "tool",
    name: text(data["name"]),
    running: data["state"] === "started",
    ...(data["state"] === "waiting" && { waits: true }),
  }),
  route: readRoute,
  approval: readApproval,
  text: (data) => ({ type: "text", delta: text(data["delta"]) }),
  escalation: (data) =>
    text(data["ticket"]) === ""
      ? { type: "other" }
      : { type: "escalation", ticket: text(data["ticket"]) },
  complete: (data) =>
    isData(data["message"]) || data["with_human"] === true
      ? {
          type: "complete",
          answer: data as unknown as Answer,
          key: textOrNull(data["idempotency_key"]),
        }
      : { type: "other" },
};

/** Reads one frame; null for what is not a frame at all. */
export function readFrame(raw: unknown): Frame | null {
  let value: unknown = raw;
  if (typeof raw === "string") {
    try {
      value = JSON.parse(raw);
    } catch {
      return null;
    }
  }
  if (!isData(value) || typeof value["type"] !== "string") return null;
  const data = isData(value["data"]) ? value["data"] : {};
  const read = Object.hasOwn(READERS, value["type"]) ? READERS[value["type"]] : undefined;
  return {
    seq: number(value["seq"]),
    sessionId: text(value["session_id"]),
    turnId: textOrNull(value["turn_id"]),
    at: text(value["at"]),
    event: read === undefined ? { type: "other" } : read(data),
  };
}
