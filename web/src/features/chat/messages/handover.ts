/** Who of the agents answers, and where that changes. Pure. */
import type { Message } from "../../../api/types";
import type { Item, LiveTurn } from "../state/model";

type Answering = { id: string; name: string };

/** Who wrote a message, where that was found for it: the server notes it with the answer. */
function writerOf({ role, metadata }: Message): Answering | null {
  const { route } = metadata;
  if (role !== "agent" || route === undefined || route === null) return null;
  return { id: route.agent_id, name: route.name };
}

const answering = (item: Item): Answering | null =>
  item.kind === "reply" ? writerOf(item.message) : null;

const lastBefore = (items: Item[], end: number): Answering | null =>
  items
    .slice(0, end)
    .map(answering)
    .findLast((found) => found !== null) ?? null;

const told = (before: Answering | null, now: Answering | null): string | null =>
  before === null || now === null || before.id === now.id ? null : `${now.name} answers from here`;

/** The line above a message that another agent than before has written; null where none is needed. */
export function handoverAt(items: Item[], index: number): string | null {
  const item = items[index];
  return item === undefined ? null : told(lastBefore(items, index), answering(item));
}

/** The same for an answer in the making. */
export const handoverTo = (items: Item[], turn: LiveTurn | undefined): string | null =>
  told(lastBefore(items, items.length), turn?.agent ?? null);
