/** Small signs of a request: its state, the time left. */
import type { Approval, ApprovalStatus } from "../../api/approvals";
import { useSeconds } from "../../console/useSeconds";
import { StateDot } from "../../design/Badge";
import { cx } from "../../design/cx";
import { Icon } from "../../design/Icon";
import { type Left, stateOf, timeLeft, unansweredText } from "./words";

export function ApprovalStatusDot({ status }: { status: ApprovalStatus }) {
  const { text, tone } = stateOf(status);
  return <StateDot tone={tone}>{text}</StateDot>;
}

const LOOKS: Record<Left["tone"], string> = {
  over: "font-medium text-danger",
  soon: "font-medium text-danger",
  calm: "text-ink-soft",
};

type CountdownProps = { approval: Pick<Approval, "expires_at" | "on_timeout">; brief?: boolean };

/** What is left until the time is over, second by second, and what becomes of the request then. */
export function Countdown({ approval, brief = false }: CountdownProps) {
  const { text, tone } = timeLeft(approval.expires_at, useSeconds());
  return (
    <span className={cx("inline-flex items-center gap-1.5", LOOKS[tone])}>
      <Icon name="clock" size={16} />
      <span role="timer" aria-label="Time left" className="tabular-nums">
        {text}
      </span>
      {!brief && tone !== "over" && (
        <span className="font-normal">left to decide, then {unansweredText(approval)}</span>
      )}
    </span>
  );
}
