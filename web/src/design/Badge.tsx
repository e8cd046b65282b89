import type { ReactNode } from "react";

import { cx } from "./cx";

const TONES = {
  good: "bg-good",
  calm: "bg-line-strong",
  warn: "bg-warn",
  danger: "bg-danger",
};

/** A state in a word, with a dot in its colour. */
export function StateDot({ tone, children }: { tone: keyof typeof TONES; children: ReactNode }) {
  return (
    <span className="inline-flex items-center gap-2 text-sm whitespace-nowrap text-ink-soft">
      <span aria-hidden="true" className={cx("size-1.75 rounded-full", TONES[tone])} />
      {children}
    </span>
  );
}

export function Tag({ children }: { children: ReactNode }) {
  return (
    <span className="inline-block max-w-40 truncate rounded-full bg-sunken px-2.5 py-0.5 text-xs leading-5 text-ink-soft">
      {children}
    </span>
  );
}
