import type { ComponentProps, ReactNode } from "react";

import { cx } from "./cx";
import { Icon } from "./Icon";

/** The look of every box one types or chooses in. */
export const BOX =
  "w-full rounded-xl border border-line-strong/60 bg-surface px-3.5 text-[0.9375rem] text-ink transition-colors " +
  "placeholder:text-ink-faint hover:border-line-strong focus-visible:border-accent focus-visible:outline-offset-[-1px] " +
  "aria-invalid:border-danger aria-invalid:outline-danger disabled:border-line disabled:bg-transparent disabled:text-ink-soft";

export function TextBox({ className, ...rest }: ComponentProps<"input">) {
  return <input type="text" className={cx(BOX, "h-10.5", className)} {...rest} />;
}

/** Grows with what is written, where the browser can. */
export function TextArea({ className, ...rest }: ComponentProps<"textarea">) {
  return (
    <textarea
      rows={3}
      className={cx(BOX, "field-sizing-content max-h-80 min-h-21 py-2.5 leading-6", className)}
      {...rest}
    />
  );
}

export function Select({ className, children, ...rest }: ComponentProps<"select">) {
  return (
    <span className={cx("relative block", className)}>
      <select className={cx(BOX, "h-10.5 appearance-none truncate pe-9")} {...rest}>
        {children}
      </select>
      <span className="pointer-events-none absolute inset-y-0 end-3 grid rotate-90 place-items-center text-ink-faint">
        <Icon name="chevron" size={15} />
      </span>
    </span>
  );
}

type SwitchProps = Omit<ComponentProps<"input">, "type" | "onChange"> & {
  onChange: (on: boolean) => void;
};

export function Switch({ onChange, className, ...rest }: SwitchProps) {
  return (
    <input
      type="checkbox"
      role="switch"
      aria-checked={rest.checked}
      onChange={(event) => {
        onChange(event.target.checked);
      }}
      className={cx(
        "relative h-6 w-10.5 shrink-0 cursor-pointer appearance-none rounded-full bg-line-strong transition-colors duration-150",
        "before:absolute before:top-0.75 before:left-0.75 before:size-4.5 before:rounded-full before:bg-surface before:transition-transform before:duration-150",
        "checked:bg-accent checked:before:translate-x-4.5 disabled:cursor-not-allowed disabled:opacity-50",
        className,
      )}
      {...rest}
    />
  );
}

type LabelledProps = {
  label: string;
  htmlFor: string;
  children: ReactNode;
  help?: ReactNode;
  error?: string | null;
  /** Beside the label, at the end of its line. */
  aside?: ReactNode;
  changed?: boolean;
};

/** A label, its control, what it is for, and what is wrong with it. */
export function Labelled(props: LabelledProps) {
  const { label, htmlFor, children, help, error = null, aside, changed = false } = props;
  return (
    <div className="min-w-0">
      <div className="mb-1.5 flex items-baseline gap-2">
        <label htmlFor={htmlFor} className="text-sm font-medium">
          {label}
          {changed && <ChangedDot />}
        </label>
        {aside !== undefined && <span className="ms-auto shrink-0 text-sm">{aside}</span>}
      </div>
      {children}
      <Below id={htmlFor} help={help} error={error} />
    </div>
  );
}

export function ChangedDot() {
  return (
    <>
      <span
        aria-hidden="true"
        className="ms-1.5 mb-0.5 inline-block size-1.5 rounded-full bg-accent align-middle"
      />
      <span className="sr-only"> (changed)</span>
    </>
  );
}

type BelowProps = { id: string; help?: ReactNode; error: string | null };

/** Under a control: the error in place of nothing, the help after it. Ids fit `describedBy`. */
export function Below({ id, help, error }: BelowProps) {
  return (
    <>
      {error !== null && (
        <p
          id={`${id}-error`}
          className="mt-1.5 flex items-start gap-1.5 text-[0.8125rem] leading-snug font-medium text-danger"
        >
          <Icon name="alert" size={15} />
          <span>{error}</span>
        </p>
      )}
      {help !== undefined && help !== null && (
        <p id={`${id}-help`} className="mt-1.5 text-[0.8125rem] leading-snug text-ink-faint">
          {help}
        </p>
      )}
    </>
  );
}

/** What a control's `aria-describedby` names. */
export const describedBy = (
  id: string,
  has: { help: boolean; error: boolean },
): string | undefined =>
  [has.error && `${id}-error`, has.help && `${id}-help`].filter(Boolean).join(" ") || undefined;
