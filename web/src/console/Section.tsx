import { type ReactNode, useId } from "react";

import { cx } from "../design/cx";

type SectionProps = { title: string; aside?: ReactNode; children: ReactNode; className?: string };

/** A part of a page under a heading of its own. */
export function Section({ title, aside, children, className }: SectionProps) {
  const id = useId();
  return (
    <section aria-labelledby={id} className={cx("min-w-0", className)}>
      <div className="mb-3 flex items-baseline gap-3 border-b border-line pb-2">
        <h2 id={id} className="flex-1 text-[0.9375rem] font-semibold">
          {title}
        </h2>
        {aside}
      </div>
      {children}
    </section>
  );
}

/** Names and values, one under the other. */
export function Facts({ rows }: { rows: [string, ReactNode][] }) {
  return (
    <dl className="space-y-2 text-sm">
      {rows.map(([name, value]) => (
        <div key={name} className="flex items-baseline justify-between gap-4">
          <dt className="shrink-0 text-ink-faint">{name}</dt>
          <dd className="min-w-0 text-end [overflow-wrap:anywhere]">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

type BarProps = { label: string; value: number; text: string; of?: number };

/** A share as a bar, with its words before and its number after it. */
export function Bar({ label, value, text, of = 1 }: BarProps) {
  const share = of <= 0 ? 0 : Math.min(1, Math.max(0, value / of));
  return (
    <div className="grid grid-cols-[minmax(0,9.5rem)_1fr_4.5rem] items-center gap-3 text-sm">
      <span className="truncate text-ink-soft" title={label}>
        {label}
      </span>
      <span aria-hidden="true" className="h-1.5 overflow-hidden rounded-full bg-line">
        <span className="block h-full rounded-full bg-accent" style={{ width: `${share * 100}%` }} />
      </span>
      <span className="text-end text-ink-soft tabular-nums">{text}</span>
    </div>
  );
}
