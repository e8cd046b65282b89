import { Fragment, memo } from "react";

import type { ChatState, CustomerItem, Item } from "../state/model";
import { dayName, sameDay, useNow } from "../time";
import { AgentMessage } from "./AgentMessage";
import { CustomerMessage } from "./CustomerMessage";
import { handoverAt } from "./handover";

export type OpenCitation = { messageId: string; number: number };

const timeOf = (item: Item | undefined): string | null => {
  if (item === undefined || item.kind === "note") return null;
  return item.kind === "reply" ? item.message.created_at : item.at;
};

function Divider({ text }: { text: string }) {
  return (
    <p className="flex items-center gap-4 text-xs text-ink-faint before:h-px before:flex-1 before:bg-line after:h-px after:flex-1 after:bg-line">
      {text}
    </p>
  );
}

/** The name of the day, where a new one begins; today's needs no name at the top. */
function DayMark({ item, before, now }: { item: Item; before: Item | undefined; now: number }) {
  const at = timeOf(item);
  if (at === null) return null;
  const earlier = timeOf(before);
  if (earlier !== null && sameDay(earlier, at)) return null;
  if (earlier === null && sameDay(at, new Date(now).toISOString())) return null;
  return <Divider text={dayName(at, now)} />;
}

export const Handover = ({ text }: { text: string | null }) =>
  text === null ? null : <Divider text={text} />;

type MessageListProps = Pick<ChatState, "past" | "items" | "connection"> & {
  agentName: string;
  open: OpenCitation | null;
  onOpen: (messageId: string, number: number) => void;
  onAsk: (text: string) => void;
  onRetry: (key: string) => void;
  onEdit: (item: CustomerItem) => void;
};

/** Drawn anew only when a message changes, not with every piece of streaming text. */
export const MessageList = memo(function MessageList(props: MessageListProps) {
  const { past, items, connection, agentName, open, onOpen, onAsk, onRetry, onEdit } = props;
  const now = useNow();
  const all = [...past, ...items];
  const last = all.at(-1);
  return all.map((item, index) => (
    <Fragment key={item.key}>
      <DayMark item={item} before={all[index - 1]} now={now} />
      <Handover text={handoverAt(all, index)} />
      {item.kind === "note" && <Divider text={item.text} />}
      {item.kind === "customer" && (
        <CustomerMessage item={item} connection={connection} onRetry={onRetry} onEdit={onEdit} />
      )}
      {item.kind === "reply" && (
        <AgentMessage
          message={item.message}
          agentName={agentName}
          past={index < past.length}
          latest={item === last}
          active={open?.messageId === item.message.id ? open.number : null}
          onOpen={onOpen}
          onAsk={onAsk}
        />
      )}
    </Fragment>
  ));
});
