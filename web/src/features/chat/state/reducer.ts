/**
 * From what happens to what is shown: `reduce(state, action)` is the only place where the chat's
 * state changes. Pure: the clock comes in with the action.
 */
import type { Answer, Feedback, MessagePage } from "../../../api/types";
import type { Frame, ServerEvent } from "./frames";
import { mergeEarlier, mergeLatest } from "./history";
import {
  type ChatState,
  type Connection,
  type CustomerItem,
  type Failure,
  initialState,
  type Item,
  isWaiting,
  noHelp,
  type SentFile,
} from "./model";
import { helpOn } from "./help";
import { applyEvent, changeCustomer, changeTurn, finish } from "./turns";
import { noWork, workOn } from "./work";

export type Action =
  | { type: "connection"; connection: Connection }
  | { type: "frame"; frame: Frame; now: number }
  | { type: "session"; sessionId: string; threadId: string }
  | { type: "submitted"; key: string; text: string; at: string; files?: SentFile[] }
  | { type: "handed over"; key: string }
  | { type: "posted"; key: string }
  | { type: "answered"; key: string; answer: Answer }
  | { type: "refused"; key: string; failure: Failure }
  | { type: "retried"; key: string }
  | { type: "discarded"; key: string }
  | { type: "history asked" }
  | { type: "history failed" }
  | { type: "history read"; sessionId: string; page: MessagePage }
  | { type: "earlier asked" }
  | { type: "earlier failed" }
  | { type: "earlier read"; sessionId: string; page: MessagePage }
  | { type: "feedback"; messageId: string; feedback: Feedback | null }
  | { type: "noticed"; notice: Failure | null }
  | { type: "fresh"; fresh: boolean }
  | { type: "help read" }
  | { type: "cleared" };

const ENDED = "The earlier conversation has ended. This is a new one.";

/** The turn id of a message that travels by plain HTTP, which has no events. */
export const postedTurn = (key: string): string => `post:${key}`;

/**
 * Moves to another session. In the same thread the conversation simply goes on; in another one what
 * was shown stays readable, and what was not sent comes along.
 */
function enterSession(state: ChatState, sessionId: string, threadId: string): ChatState {
  if (state.sessionId === sessionId) return { ...state, threadId };
  const moved: ChatState = {
    ...state,
    sessionId,
    threadId,
    turns: [],
    stream: null,
    lastSeq: 0,
    gapAfter: null,
    history: initialState.history,
    help: noHelp,
    work: noWork,
  };
  if (state.threadId === threadId) return moved;
  const unsent = state.items.filter(
    (item): item is CustomerItem => item.kind === "customer" && item.delivery.state !== "sent",
  );
  const ended = state.items.filter((item) => !unsent.includes(item as CustomerItem));
  const divider: Item[] =
    ended.length === 0 ? [] : [{ kind: "note", key: `ended:${sessionId}`, text: ENDED }];
  return { ...moved, past: [...state.past, ...ended, ...divider], items: unsent };
}

function connected(
  state: ChatState,
  event: Extract<ServerEvent, { type: "connected" }>,
): ChatState {
  const next = enterSession(state, event.sessionId, event.threadId);
  const continues = event.resumed && next.stream === event.stream;
  return {
    ...next,
    connection: "connected",
    stream: event.stream,
    lastSeq: continues ? next.lastSeq : event.lastSeq,
    gapAfter: continues ? next.gapAfter : null,
    // Another stream: what was being written is lost here, its answer comes whole.
    turns: continues ? next.turns : [],
    inFlight: [],
    notice: null,
    help: helpOn(next.help, event),
    work: workOn(next.work, event),
  };
}

/** Keeps events in order: none twice, none left out. */
function frameArrived(state: ChatState, frame: Frame, now: number): ChatState {
  if (frame.event.type === "connected") return connected(state, frame.event);
  if (frame.seq === null) return applyEvent(state, frame, now);
  if (frame.sessionId !== "" && frame.sessionId !== state.sessionId) return state;
  if (frame.seq <= state.lastSeq) return state;
  const gap = frame.seq > state.lastSeq + 1;
  // Resumed from here already, and still a hole: the server skipped numbers, nothing is missing.
  if (gap && state.gapAfter !== state.lastSeq) return { ...state, gapAfter: state.lastSeq };
  return applyEvent({ ...state, lastSeq: frame.seq, gapAfter: null }, frame, now);
}

function setDelivery(state: ChatState, key: string, delivery: CustomerItem["delivery"]): ChatState {
  return {
    ...state,
    items: changeCustomer(
      state.items,
      (item) => item.key === key,
      (item) => ({ ...item, delivery }),
    ),
  };
}

const withoutTurn = (state: ChatState, turnId: string): ChatState => ({
  ...state,
  turns: state.turns.filter((turn) => turn.turnId !== turnId),
});

/** A retried message goes to the end, where its answer will be. */
function retried(state: ChatState, key: string): ChatState {
  const item = state.items.find((candidate) => candidate.key === key);
  if (item?.kind !== "customer") return state;
  const others = state.items.filter((candidate) => candidate !== item);
  return { ...state, items: [...others, { ...item, delivery: { state: "waiting" } }] };
}

function setFeedback(state: ChatState, messageId: string, feedback: Feedback | null): ChatState {
  const change = (item: Item): Item =>
    item.kind === "reply" && item.message.id === messageId
      ? { ...item, message: { ...item.message, feedback } }
      : item;
  return { ...state, items: state.items.map(change), past: state.past.map(change) };
}

/** Everything of the conversation goes, except what is still to be sent. */
const cleared = (state: ChatState): ChatState => ({
  ...initialState,
  connection: state.connection,
  items: state.items.filter(isWaiting),
});

function reduceMessage(state: ChatState, action: Action): ChatState {
  switch (action.type) {
    case "submitted": {
      const { key, text, at, files } = action;
      const item: Item = {
        kind: "customer",
        key,
        id: null,
        text,
        at,
        delivery: { state: "waiting" },
        ...(files !== undefined && files.length > 0 && { files }),
      };
      return { ...state, items: [...state.items, item] };
    }
    case "handed over":
      return {
        ...state,
        inFlight: [...state.inFlight.filter((k) => k !== action.key), action.key],
      };
    case "posted":
      return changeTurn(state, postedTurn(action.key), (turn) => ({ ...turn, keys: [action.key] }));
    case "answered":
      return finish(state, postedTurn(action.key), action.answer, [action.key]);
    case "refused": {
      const next = withoutTurn(state, postedTurn(action.key));
      return setDelivery(
        { ...next, inFlight: next.inFlight.filter((key) => key !== action.key) },
        action.key,
        { state: "failed", failure: action.failure },
      );
    }
    case "retried":
      return retried(state, action.key);
    case "discarded":
      return { ...state, items: state.items.filter((item) => item.key !== action.key) };
    default:
      return state;
  }
}

function reduceHistory(state: ChatState, action: Action): ChatState {
  const { history } = state;
  switch (action.type) {
    case "history asked":
      return { ...state, history: { ...history, status: "loading" } };
    case "history failed":
      return { ...state, history: { ...history, status: "failed" } };
    case "history read":
      return action.sessionId === state.sessionId ? mergeLatest(state, action.page) : state;
    case "earlier asked":
      return { ...state, history: { ...history, loadingEarlier: true } };
    case "earlier failed":
      return { ...state, history: { ...history, loadingEarlier: false } };
    case "earlier read":
      return action.sessionId === state.sessionId ? mergeEarlier(state, action.page) : state;
    default:
      return reduceMessage(state, action);
  }
}

export function reduce(state: ChatState, action: Action): ChatState {
  switch (action.type) {
    case "connection":
      return { ...state, connection: action.connection };
    case "frame":
      return frameArrived(state, action.frame, action.now);
    case "session":
      return enterSession(state, action.sessionId, action.threadId);
    case "feedback":
      return setFeedback(state, action.messageId, action.feedback);
    case "noticed":
      return { ...state, notice: action.notice };
    case "fresh":
      return { ...state, fresh: action.fresh };
    case "help read":
      return { ...state, help: { ...noHelp, ticket: state.help.ticket } };
    case "cleared":
      return cleared(state);
    default:
      return reduceHistory(state, action);
  }
}
