/** How pages of stored messages join what is already in the view. Pure. */
import type { Message, MessagePage } from "../../../api/types";
import { type ChatState, type Item, serverId } from "./model";

/** What was sent along: names are known of what this page sent itself. */
function filesOf(message: Message, present: Item | undefined) {
  const known = present?.kind === "customer" ? present.files : undefined;
  const ids = message.metadata.attachments ?? [];
  if (known !== undefined || ids.length === 0) return known === undefined ? {} : { files: known };
  return { files: ids.map((id) => ({ id, name: null })) };
}

function toItem(message: Message, known: Map<string, Item>): Item {
  const present = known.get(message.id);
  switch (message.role) {
    case "customer":
      if (present?.kind === "customer" && present.delivery.state === "failed") return present;
      return {
        kind: "customer",
        key: present?.key ?? message.id,
        id: message.id,
        text: message.content,
        at: message.created_at,
        delivery: { state: "sent" },
        ...filesOf(message, present),
      };
    case "system":
      return { kind: "note", key: message.id, text: message.content };
    case "agent":
    case "operator":
      return { kind: "reply", key: message.id, message };
  }
}

const byId = (items: Item[]): Map<string, Item> => {
  const found = new Map<string, Item>();
  for (const item of items) {
    const id = serverId(item);
    if (id !== null) found.set(id, item);
  }
  return found;
};

const timeOf = (item: Item): string =>
  item.kind === "reply" ? item.message.created_at : item.kind === "customer" ? item.at : "";

/**
 * The newest page, read anew. What the server has not got (waiting, failed) stays at the end, and
 * so does what arrived while the page was on its way.
 */
export function mergeLatest(state: ChatState, page: MessagePage): ChatState {
  const known = byId(state.items);
  const ids = new Set(page.items.map((message) => message.id));
  const newest = page.items.at(-1)?.created_at ?? "";
  const rest = state.items.filter((item) => {
    const id = serverId(item);
    if (id !== null) return !ids.has(id) && timeOf(item) > newest;
    // A message sent without an id of the server (plain HTTP) is in the page by now.
    return item.kind === "customer" && item.delivery.state !== "sent";
  });
  return {
    ...state,
    items: [...page.items.map((message) => toItem(message, known)), ...rest],
    history: { status: "ready", earlier: page.offset, loadingEarlier: false },
  };
}

/** A page of older messages, put before the rest. */
export function mergeEarlier(state: ChatState, page: MessagePage): ChatState {
  const known = byId(state.items);
  const older = page.items.filter((message) => !known.has(message.id));
  return {
    ...state,
    items: [...older.map((message) => toItem(message, known)), ...state.items],
    history: { ...state.history, earlier: page.offset, loadingEarlier: false },
  };
}
