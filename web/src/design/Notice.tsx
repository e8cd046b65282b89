import type { ReactNode } from "react";

import { cx } from "./cx";
import { Icon, type IconName } from "./Icon";

const TONES = {
  calm: "border border-line bg-surface text-ink-soft",
  warn: "bg-warn-soft text-warn",
  danger: "bg-danger-soft text-danger",
  help: "bg-accent-soft text-accent-soft-ink",
};

type NoticeProps = {
  tone?: keyof typeof TONES;
  icon?: IconName;
  children: ReactNode;
  actions?: ReactNode;
  className?: string;
};

/** A line across the page or under a message that says what is the matter and what to do. */
export function Notice({ tone = "calm", icon, children, actions, className }: NoticeProps) {
  return (
    <div
      className={cx(
        "flex flex-wrap items-center gap-x-3 gap-y-2 rounded-xl px-3.5 py-2.5 text-sm leading-snug",
        TONES[tone],
        className,
      )}
    >
      {icon !== undefined && <Icon name={icon} size={18} />}
      <div className="min-w-0 flex-1 basis-40">{children}</div>
      {actions !== undefined && <div className="flex items-center gap-3">{actions}</div>}
    </div>
  );
}
