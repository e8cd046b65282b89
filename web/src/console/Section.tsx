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
