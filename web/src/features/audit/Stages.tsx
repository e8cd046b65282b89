import type { AuditRecord } from "../../api/audit";
import { Section } from "../../console/Section";
import { secondsText } from "../../console/times";
import { cx } from "../../design/cx";
import { stagesOf } from "./words";

/** Shades of one colour, told apart by their order; the list below names them. */
const SHADES = ["bg-accent", "bg-accent/70", "bg-accent/45", "bg-accent/25", "bg-line-strong/60"];
const shade = (index: number): string => SHADES[index % SHADES.length] ?? "bg-accent";

/** Where the time went. */
export function Stages({ record }: { record: AuditRecord }) {
  const stages = stagesOf(record);
  const whole = stages.reduce((sum, stage) => sum + stage.seconds, 0);
  return (
    <Section
      title="Time"
      aside={<span className="text-sm tabular-nums">{secondsText(record.seconds)}</span>}
    >
      {stages.length === 0 ? (
        <p className="text-sm text-ink-faint">No stage was measured.</p>
      ) : (
        <>
          <div aria-hidden="true" className="flex h-2.5 gap-px overflow-hidden rounded-full">
            {stages.map(({ name, seconds }, index) => (
              <span
                key={name}
                className={cx("min-w-0.5", shade(index))}
                style={{ width: `${(seconds / whole) * 100}%` }}
              />
            ))}
          </div>
          <ul aria-label="Stages" className="mt-3 space-y-1.5 text-sm">
            {stages.map(({ name, label, seconds }, index) => (
              <li key={name} className="flex items-center gap-2.5">
                <span aria-hidden="true" className={cx("size-2 rounded-full", shade(index))} />
                <span className="flex-1 text-ink-soft">{label}</span>
                <span className="tabular-nums">{secondsText(seconds)}</span>
              </li>
            ))}
          </ul>
        </>
      )}
    </Section>
  );
}
