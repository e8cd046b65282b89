/** What the events of a turn do to the view. Pure; called by the reducer only. */
import type { Answer, Message } from "../../../api/types";
import type { Frame, ServerEvent, TurnError } from "./frames";
import {
  type ChatState,
  type CustomerItem,
  type Failure,
  isWaiting,
  type Item,
  type LiveTurn,
  type Phase,
  type ReplyItem,
  serverId,
} from "./model";
import { helpAfter, helped } from "./help";
import { workAfter } from "./work";

const newTurn = (turnId: string, partial: boolean): LiveTurn => ({
  turnId,
  keys: [],
  phase: "thinking",
  detail: null,
  tool: null,
  text: "",
  sources: [],
  partial,
});

/** Puts an item the server has before those it does not have yet. */
export function place(items: Item[], item: Item): Item[] {
  let at = items.length;
  while (items.slice(at - 1, at).some(isWaiting)) at -= 1;
  return [...items.slice(0, at), item, ...items.slice(at)];
}

/** Adds a reply, or puts it in the place of the one with the same id. */
export function placeReply(items: Item[], message: Message): Item[] {
  const reply: ReplyItem = { kind: "reply", key: message.id, message };
  const known = items.some((item) => serverId(item) === message.id);
  if (!known) return place(items, reply);
  return items.map((item) => (serverId(item) === message.id ? reply : item));
}

export function changeCustomer(
  items: Item[],
  matches: (item: CustomerItem) => boolean,
  change: (item: CustomerItem) => CustomerItem,
): Item[] {
  return items.map((item) => (item.kind === "customer" && matches(item) ? change(item) : item));
}

/** Changes one turn. A turn not seen from its start is taken up as partial. */
export function changeTurn(
  state: ChatState,
  turnId: string | null,
  change: (turn: LiveTurn) => LiveTurn,
): ChatState {
  if (turnId === null) return state;
  const known = state.turns.some((turn) => turn.turnId === turnId);
  const turns = known ? state.turns : [...state.turns, newTurn(turnId, true)];
  return { ...state, turns: turns.map((turn) => (turn.turnId === turnId ? change(turn) : turn)) };
}

type Start = Extract<ServerEvent, { type: "start" }>;

/** What this page knows of a message that starts: as sent, as part of the history, or both. */
function doublesOf(items: Item[], event: Start): CustomerItem[] {
  return items.filter(
    (item): item is CustomerItem =>
      item.kind === "customer" && (item.key === event.key || item.id === event.messageId),
  );
}

/** The message as the server has it. Known twice, it stays where it stands first, under its key. */
function storeMessage(items: Item[], frame: Frame, event: Start): [Item[], CustomerItem] {
  const known = doublesOf(items, event);
  const [first] = known;
  const mine = known.find((item) => item.key === event.key) ?? first;
  const stored: CustomerItem = {
    kind: "customer",
    key: mine?.key ?? event.key ?? event.messageId,
    id: event.messageId,
    text: event.text,
    at: first?.at ?? frame.at,
    delivery: { state: "sent" },
    ...(mine?.files !== undefined && { files: mine.files }),
  };
  if (first === undefined) return [place(items, stored), stored];
  const others = items.filter((item) => item === first || !known.some((one) => one === item));
  return [others.map((item) => (item === first ? stored : item)), stored];
}

function begin(state: ChatState, frame: Frame, event: Start): ChatState {
  const [items, { key }] = storeMessage(state.items, frame, event);
  const inFlight = state.inFlight.filter((waiting) => waiting !== key);
  const next: ChatState = { ...state, items, inFlight };
  const { turnId } = frame;
  if (turnId === null) return next;
  const running = state.turns.some((turn) => turn.turnId === turnId);
  const turns = running ? state.turns : [...state.turns, newTurn(turnId, false)];
  return changeTurn({ ...next, turns }, turnId, (turn) =>
    turn.keys.includes(key) ? turn : { ...turn, keys: [...turn.keys, key] },
  );
}

/** Ends a turn with its answer. `keys` are messages known to be answered by it. */
export function finish(
  state: ChatState,
  turnId: string,
  answer: Answer,
  keys: string[] = [],
): ChatState {
  const turn = state.turns.find((candidate) => candidate.turnId === turnId);
  const settled = new Set([...keys, ...(turn?.keys ?? [])]);
  const items = changeCustomer(
    state.items,
    (item) => settled.has(item.key),
    (item) => ({ ...item, delivery: { state: "sent" } }),
  );
  return {
    ...state,
    items: answer.message === null ? items : placeReply(items, answer.message),
    help: helpAfter(state.help, answer),
    turns: state.turns.filter((candidate) => candidate.turnId !== turnId),
    inFlight: state.inFlight.filter((key) => !settled.has(key)),
  };
}

/** An answer whose turn never started here names its message, or it is the oldest in flight. */
function complete(state: ChatState, frame: Frame, answer: Answer, key: string | null): ChatState {
  const turnId = frame.turnId ?? answer.turn_id;
  const started = state.turns.some((turn) => turn.turnId === turnId && !turn.partial);
  const oldest = started ? [] : state.inFlight.slice(0, 1);
  return finish(state, turnId, answer, key === null ? oldest : [key]);
}

export const failureOf = (error: TurnError, now: number, stored: boolean): Failure => ({
  title: error.title,
  detail: error.detail,
  retryable: error.retryable,
  retryAt: error.retryAfter === null ? null : now + error.retryAfter * 1000,
  stored,
});

/** An error ends its turn; without a turn it refuses the message it names, or the oldest in flight. */
function fail(state: ChatState, frame: Frame, error: TurnError, now: number): ChatState {
  const turn = state.turns.find((candidate) => candidate.turnId === frame.turnId);
  const refused = frame.turnId === null ? (error.key ?? state.inFlight[0]) : undefined;
  const failure = failureOf(error, now, refused === undefined);
  const concerns = (item: CustomerItem): boolean =>
    item.key === refused ||
    (error.messageId !== null && item.id === error.messageId) ||
    (turn?.keys.includes(item.key) ?? false);
  const known = state.items.some((item) => item.kind === "customer" && concerns(item));
  return {
    ...state,
    items: changeCustomer(state.items, concerns, (item) => ({
      ...item,
      delivery: { state: "failed", failure },
    })),
    turns: state.turns.filter((candidate) => candidate !== turn),
    inFlight: state.inFlight.filter((key) => key !== refused),
    notice: known ? state.notice : failure,
  };
}

const VOID = new Set<Phase>(["falling_back", "left_to_human"]);

/** What an event changes in the answer being written; null for events of another kind. */
function progress(event: ServerEvent): ((turn: LiveTurn) => LiveTurn) | null {
  switch (event.type) {
    case "status":
      // What a failed model had written so far is void, and so is what an agent had when a person came.
      return (turn) => ({
        ...turn,
        phase: event.phase,
        detail: event.detail,
        ...(VOID.has(event.phase) ? { text: "", partial: false } : {}),
      });
    case "sources":
      return (turn) => ({ ...turn, sources: event.sources });
    case "tool":
      return (turn) => ({
        ...turn,
        tool: event.running ? event.name : null,
        ...(event.waits === true && { waits: true }),
      });
    case "route":
      return (turn) => ({ ...turn, agent: { id: event.agentId, name: event.name } });
    case "text":
      return (turn) => ({
        ...turn,
        phase: turn.phase === "checking" ? turn.phase : "writing",
        text: turn.text + event.delta,
      });
    default:
      return null;
  }
}

type Said = Extract<ServerEvent, { type: "operator" | "agent said" }>;

/** Somebody wrote outside of a turn: a person, or the agent about what it was waiting for. */
const said = (state: ChatState, event: Said): ChatState => ({
  ...state,
  items: placeReply(state.items, event.message),
  help: event.type === "operator" ? helped(state, event) : state.help,
});

/** What an event beside the turns changes; null for events of a turn. */
function beside(state: ChatState, event: ServerEvent): ChatState | null {
  switch (event.type) {
    case "operator":
    case "agent said":
      return said(state, event);
    case "approval":
    case "plan":
      return { ...state, work: workAfter(state.work, event) };
    case "escalation":
    case "owner":
      return { ...state, help: helped(state, event) };
    default:
      return null;
  }
}

/** Applies one event of a turn, or an error that answers the connection. */
export function applyEvent(state: ChatState, frame: Frame, now: number): ChatState {
  const { event, turnId } = frame;
  if (event.type === "start") return begin(state, frame, event);
  if (event.type === "complete") return complete(state, frame, event.answer, event.key);
  if (event.type === "error") return fail(state, frame, event.error, now);
  const changed = beside(state, event);
  if (changed !== null) return changed;
  const change = progress(event);
  return change === null ? state : changeTurn(state, turnId, change);
}
