/** What a list or a page shows when there is nothing else to show: loading, failed, empty, not there. */
import type { ReactNode } from "react";
import { Link } from "react-router";

import { ProblemError } from "../api/problem";
import { Button } from "../design/Button";
import { Notice } from "../design/Notice";

export function Loading({ what }: { what: string }) {
  return (
    <div role="status" aria-label={`Loading ${what}`} className="divide-y divide-line">
      {[1, 2, 3, 4].map((row) => (
        <div key={row} className="flex items-center gap-4 py-5">
          <div className="flex-1 space-y-2.5">
            <div className="h-3.5 w-44 animate-pulse rounded bg-line" />
            <div className="h-3 w-72 max-w-full animate-pulse rounded bg-line" />
          </div>
          <div className="h-3 w-20 animate-pulse rounded bg-line" />
        </div>
      ))}
    </div>
  );
}

type FailedProps = { what: string; error: Error; onRetry: () => void };

export function Failed({ what, error, onRetry }: FailedProps) {
  return (
    <Notice
      tone="danger"
      icon="alert"
      className="mb-5"
      actions={
        <Button look="inline" onClick={onRetry}>
          Try again
        </Button>
      }
    >
      <span role="alert">
        {what} could not be loaded. {error.message}
      </span>
    </Notice>
  );
}

type EmptyProps = { title: string; children: ReactNode; action?: ReactNode };

export function Empty({ title, children, action }: EmptyProps) {
  return (
    <div className="grid justify-items-center gap-3 border-t border-line py-16 text-center">
      <h2 className="text-lg font-semibold">{title}</h2>
      <p className="max-w-sm text-ink-soft">{children}</p>
      {action}
    </div>
  );
}

type NotThereProps = {
  what: string;
  error: Error;
  all: { to: string; label: string };
  onRetry: () => void;
};

/** A page whose one thing is not there, or cannot be had right now. */
export function NotThere({ what, error, all, onRetry }: NotThereProps) {
  const unknown = error instanceof ProblemError && error.status === 404;
  return (
    <div className="grid h-full place-content-center justify-items-center gap-4 p-6 text-center">
      <h1 className="text-xl font-semibold">
        {unknown ? `There is no such ${what}` : `The ${what} could not be loaded`}
      </h1>
      <p role="alert" className="max-w-sm leading-relaxed text-ink-soft">
        {error.message}
      </p>
      {unknown ? (
        <Link to={all.to} className="text-accent underline underline-offset-4">
          {all.label}
        </Link>
      ) : (
        <Button look="solid" icon="retry" onClick={onRetry}>
          Try again
        </Button>
      )}
    </div>
  );
}

/** For who came by an address to what their role may not see. */
export function NotAllowed({ what }: { what: string }) {
  return (
    <div className="grid h-full place-content-center justify-items-center gap-3 p-6 text-center">
      <h1 className="text-xl font-semibold">This is not for your role</h1>
      <p className="max-w-sm text-ink-soft">
        Ask an owner of your organisation if you need to see {what}.
      </p>
    </div>
  );
}
