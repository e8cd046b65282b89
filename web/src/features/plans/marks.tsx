/** Small signs of plans and votes. */
import type { PlanStatus } from "../../api/plans";
import { StateDot } from "../../design/Badge";
import { percentText, planState } from "./words";

export function PlanStatusDot({ status }: { status: PlanStatus }) {
  const { text, tone } = planState(status);
  return <StateDot tone={tone}>{text}</StateDot>;
}

/** A share from 0 to 1: as a short bar for the eye, and as a number. */
export function Confidence({ value }: { value: number }) {
  return (
    <span className="inline-flex items-center gap-2 whitespace-nowrap">
      <span aria-hidden="true" className="h-1.5 w-14 overflow-hidden rounded-full bg-line">
        <span
          className="block h-full rounded-full bg-accent"
          style={{ width: `${Math.min(1, Math.max(0, value)) * 100}%` }}
        />
      </span>
      <span className="tabular-nums">{percentText(value)}</span>
    </span>
  );
}

/** How far something is: so many of all. */
export function Progress({ ended, all, label }: { ended: number; all: number; label: string }) {
  return (
    <div
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={all}
      aria-valuenow={ended}
      className="h-1.5 overflow-hidden rounded-full bg-line"
    >
      <div
        className="h-full rounded-full bg-accent transition-[width] duration-300"
        style={{ width: all === 0 ? "0%" : `${(ended / all) * 100}%` }}
      />
    </div>
  );
}
