import { type ReactNode, useEffect } from "react";
import { Link } from "react-router";

import { Icon } from "../design/Icon";

type PageFrameProps = {
  title: string;
  /** Where one comes from. */
  back?: { to: string; label: string };
  /** Beside the title. */
  beside?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
};

/** A page of the console: its title, what can be done on it, and its content, which scrolls. */
export function PageFrame({ title, back, beside, actions, children }: PageFrameProps) {
  useEffect(() => {
    document.title = `${title} · Deskhand`;
  }, [title]);
  return (
    <div className="relative h-full overflow-y-auto">
      <div className="mx-auto w-full max-w-5xl px-4 py-7 sm:px-8 sm:py-9">
        {back !== undefined && (
          <Link
            to={back.to}
            className="mb-1.5 -ms-1 inline-flex items-center gap-1.5 rounded-lg pe-2 text-sm text-ink-soft hover:text-accent"
          >
            <Icon name="back" size={16} />
            {back.label}
          </Link>
        )}
        <header className="mb-6 flex flex-wrap items-center gap-x-4 gap-y-3">
          <h1 className="min-w-0 text-2xl font-semibold tracking-tight [overflow-wrap:anywhere]">
            {title}
          </h1>
          {beside}
          {actions !== undefined && (
            <div className="ms-auto flex flex-wrap items-center gap-2">{actions}</div>
          )}
        </header>
        {children}
      </div>
    </div>
  );
}
