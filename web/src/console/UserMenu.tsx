import { useId } from "react";

import type { Me } from "../api/console";
import { ThemeChoices } from "../app/ThemeChoices";
import { cx } from "../design/cx";
import { Icon } from "../design/Icon";
import { useSignOut } from "../features/account/useAuth";
import { humanised } from "../form/words";

const initials = (name: string): string =>
  name
    .split(/\s+/)
    .map((word) => word.charAt(0))
    .slice(0, 2)
    .join("")
    .toUpperCase();

function Person({ me }: { me: Me }) {
  const name = [me.user?.name, me.user?.email].find(Boolean) ?? "API key";
  return (
    <>
      <span
        aria-hidden="true"
        className="grid size-8 shrink-0 place-items-center rounded-full bg-accent-soft text-xs font-semibold text-accent-soft-ink"
      >
        {initials(name)}
      </span>
      <span className="min-w-0 flex-1 text-start leading-tight">
        <span className="block truncate text-sm font-medium">{name}</span>
        <span className="block text-xs text-ink-faint">{humanised(me.role)}</span>
      </span>
    </>
  );
}

function Choices() {
  const signOut = useSignOut();
  return (
    <>
      <fieldset>
        <legend className="px-3 pt-2 pb-1 text-xs font-medium text-ink-faint">Theme</legend>
        <ThemeChoices />
      </fieldset>
      <hr className="mx-3 my-1.5 border-line" />
      <button
        type="button"
        onClick={signOut}
        className="flex min-h-10 w-full items-center gap-3 rounded-xl px-3 text-[0.9375rem] hover:bg-sunken"
      >
        <Icon name="signOut" />
        Sign out
      </button>
    </>
  );
}

/** Who is signed in, the theme, and the way out. In the drawer it stands open. */
export function UserMenu({ me, open = false }: { me: Me; open?: boolean }) {
  const id = useId();
  const email =
    me.user === null ? null : (
      <p className="truncate px-3 pt-2 text-[0.8125rem] text-ink-faint">{me.user.email}</p>
    );
  if (open) {
    return (
      <div className="border-t border-line pt-3">
        <div className="flex items-center gap-3 px-3">
          <Person me={me} />
        </div>
        {email}
        <Choices />
      </div>
    );
  }
  return (
    <>
      <button
        type="button"
        popoverTarget={id}
        aria-label={`Account: ${me.user?.name ?? me.role}`}
        className="flex items-center gap-3 rounded-xl p-2 transition-colors duration-150 hover:bg-sunken"
      >
        <Person me={me} />
      </button>
      <div
        id={id}
        popover="auto"
        className={cx(
          "fixed inset-auto bottom-20 left-3 m-0 w-60 rounded-2xl border border-line",
          "bg-surface p-1.5 text-ink shadow-float",
        )}
      >
        {email}
        <Choices />
      </div>
    </>
  );
}
