/** Small signs of a ticket: status, priority, what is due. */
import type { Priority, Ticket, TicketStatus } from "../../api/tickets";
import { StateDot } from "../../design/Badge";
import { cx } from "../../design/cx";
import { Icon } from "../../design/Icon";
import { choiceText } from "../../form/words";
import { useNow } from "../chat/time";
import { type Due, slaDue } from "./words";

const STATUS_TONES: Record<TicketStatus, "warn" | "good" | "calm"> = {
  pending: "warn",
  assigned: "good",
  resolved: "calm",
  closed: "calm",
};

export function TicketStatusDot({ status }: { status: TicketStatus }) {
  return <StateDot tone={STATUS_TONES[status]}>{choiceText(status)}</StateDot>;
}

const PRIORITY_LOOKS: Record<Priority, string> = {
  high: "bg-danger-soft text-danger",
  medium: "bg-warn-soft text-warn",
  normal: "bg-sunken text-ink-soft",
};

export function PriorityTag({ priority }: { priority: Priority }) {
  return (
    <span
      className={cx(
        "inline-block rounded-full px-2.5 text-xs leading-5.5 font-medium whitespace-nowrap",
        PRIORITY_LOOKS[priority],
      )}
    >
      {choiceText(priority)}
      <span className="sr-only"> priority</span>
    </span>
  );
}

const DUE_LOOKS: Record<Due["tone"], string> = {
  late: "font-medium text-danger",
  soon: "font-medium text-warn",
  calm: "text-ink-soft",
  good: "text-ink-soft",
};

/** What is owed next, by the clock; late is said in words and colour. */
export function DueText({ ticket }: { ticket: Pick<Ticket, "status" | "sla"> }) {
  const { text, tone } = slaDue(ticket, useNow());
  return (
    <span className={cx("inline-flex items-start gap-1.5", DUE_LOOKS[tone])}>
      {tone === "late" && <Icon name="alert" size={16} />}
      {text}
    </span>
  );
}
