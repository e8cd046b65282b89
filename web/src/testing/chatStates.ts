/** States of the chat, made of actions and of frames as they come over the line. */
import { readFrame } from "../features/chat/state/frames";
import { type ChatState, type CustomerItem, initialState } from "../features/chat/state/model";
import { type Action, reduce } from "../features/chat/state/reducer";
import { pageOf, type Script } from "./fakes";

export const NOW = Date.parse("2026-11-21T09:00:00Z");

export const run = (state: ChatState, ...actions: Action[]): ChatState => actions.reduce(reduce, state);

export const frames = (state: ChatState, ...raw: object[]): ChatState =>
  run(state, ...raw.map((one): Action => ({ type: "frame", frame: readFrame(one)!, now: NOW })));

export const submitted = (key: string, text = "Hello?"): Action => ({
  type: "submitted",
  key,
  text,
  at: "2026-11-21T09:00:00Z",
});

export const connectedState = (script: Script): ChatState =>
  run(frames(initialState, script.connected()), {
    type: "history read",
    sessionId: script.sessionId,
    page: pageOf([]),
  });

/** The view in short: who says what, and how it stands. */
export const view = (state: ChatState): string[] =>
  [...state.past, ...state.items].map((item) => {
    if (item.kind === "note") return `- ${item.text}`;
    if (item.kind === "reply") return `< ${item.message.content}`;
    return `> ${item.text} (${item.delivery.state})`;
  });

export const customer = (state: ChatState, key: string): CustomerItem =>
  state.items.find((item): item is CustomerItem => item.kind === "customer" && item.key === key)!;
