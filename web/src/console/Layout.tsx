import { useEffect, useRef } from "react";
import { Navigate, NavLink, Outlet, useLocation } from "react-router";

import type { Me } from "../api/console";
import { BellMark } from "../design/BellMark";
import { Button, IconButton } from "../design/Button";
import { cx } from "../design/cx";
import { Icon, type IconName } from "../design/Icon";
import { MeProvider, useAuth, useMe, useSignOut } from "../features/account/useAuth";
import { useWaitingCount } from "../features/approvals/queries";
import { UserMenu } from "./UserMenu";

type NavSection = { to: string; label: string; icon: IconName; needs: string };

const SECTIONS: NavSection[] = [
  { to: "/console/tickets", label: "Tickets", icon: "ticket", needs: "tickets:read" },
  { to: "/console/approvals", label: "Approvals", icon: "approval", needs: "approvals:read" },
  { to: "/console/plans", label: "Plans", icon: "plan", needs: "plans:read" },
  { to: "/console/contacts", label: "Contacts", icon: "person", needs: "crm:read" },
  { to: "/console/agents", label: "Agents", icon: "agents", needs: "agents:read" },
  { to: "/console/memories", label: "Memories", icon: "memory", needs: "memories:read" },
  { to: "/console/audit", label: "Audit", icon: "audit", needs: "audit:read" },
];

function Brand({ company }: { company: string }) {
  return (
    <div className="flex min-w-0 items-center gap-3">
      <BellMark className="size-8" />
      <div className="min-w-0 leading-tight">
        <div className="truncate text-[0.9375rem] font-semibold">{company}</div>
        <div className="text-xs text-ink-faint">Console</div>
      </div>
    </div>
  );
}

/** How many requests wait for a decision: they run out in minutes, whatever page one is on. */
function Waiting() {
  const count = useWaitingCount();
  if (count === 0) return null;
  return (
    <span className="ms-auto grid h-5 min-w-5 place-items-center rounded-full bg-warn-soft px-1.5 text-xs font-semibold text-warn tabular-nums">
      {count}
      <span className="sr-only"> waiting</span>
    </span>
  );
}

function Sections({ me, onChoose }: { me: Me; onChoose?: () => void }) {
  return (
    <nav aria-label="Console">
      <ul className="space-y-1">
        {SECTIONS.filter((section) => me.permissions.includes(section.needs)).map((section) => (
          <li key={section.to}>
            <NavLink
              to={section.to}
              {...(onChoose === undefined ? {} : { onClick: onChoose })}
              className={({ isActive }) =>
                cx(
                  "flex min-h-10 items-center gap-3 rounded-xl px-3 text-[0.9375rem] transition-colors duration-150",
                  isActive
                    ? "bg-accent-soft font-medium text-accent-soft-ink"
                    : "text-ink-soft hover:bg-sunken hover:text-ink",
                )
              }
            >
              <Icon name={section.icon} />
              {section.label}
              {section.icon === "approval" && <Waiting />}
            </NavLink>
          </li>
        ))}
      </ul>
    </nav>
  );
}

function Sidebar({ me }: { me: Me }) {
  return (
    <div className="flex w-56 shrink-0 flex-col gap-6 border-e border-line px-3 py-4 max-lg:hidden">
      <div className="px-2">
        <Brand company={me.tenant.company} />
      </div>
      <div className="flex-1">
        <Sections me={me} />
      </div>
      <UserMenu me={me} />
    </div>
  );
}

/** On a phone: the same, in a drawer. The browser's own modal dialog keeps the focus inside. */
function TopBar({ me }: { me: Me }) {
  const drawer = useRef<HTMLDialogElement>(null);
  const close = () => drawer.current?.close();
  return (
    <header className="flex h-14 shrink-0 items-center gap-2 border-b border-line ps-4 pe-2 lg:hidden">
      <div className="min-w-0 flex-1">
        <Brand company={me.tenant.company} />
      </div>
      <IconButton label="Menu" icon="menu" onClick={() => drawer.current?.showModal()} />
      {/* A click on the dialog itself is a click on the backdrop. */}
      {/* eslint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/no-noninteractive-element-interactions */}
      <dialog
        ref={drawer}
        aria-label="Menu"
        onClick={(event) => {
          if (event.target === event.currentTarget) close();
        }}
        className="my-0 ms-auto me-0 h-dvh max-h-none w-72 max-w-[85vw] bg-paper p-0 text-ink shadow-float backdrop:bg-scrim open:animate-aside"
      >
        <div className="flex h-full flex-col gap-4 p-3 pb-[max(0.75rem,env(safe-area-inset-bottom))]">
          <div className="flex justify-end">
            <IconButton label="Close menu" icon="close" onClick={close} />
          </div>
          <div className="flex-1">
            <Sections me={me} onChoose={close} />
          </div>
          <UserMenu me={me} open />
        </div>
      </dialog>
    </header>
  );
}

function Frame({ me }: { me: Me }) {
  const main = useRef<HTMLElement>(null);
  const { pathname } = useLocation();
  const page = pathname.split("/").slice(0, 4).join("/");
  const shown = useRef(page);
  useEffect(() => {
    // Another page: who listens or uses the keyboard goes on at its beginning.
    if (shown.current !== page) main.current?.focus({ preventScroll: true });
    shown.current = page;
  }, [page]);
  return (
    <MeProvider value={me}>
      <a
        href="#main"
        className="sr-only z-50 rounded-full bg-accent px-4 py-2 text-accent-ink focus:not-sr-only focus:fixed focus:top-3 focus:left-3"
      >
        Skip to the content
      </a>
      <div className="flex h-dvh flex-col bg-paper lg:flex-row">
        <Sidebar me={me} />
        <TopBar me={me} />
        <main
          id="main"
          ref={main}
          tabIndex={-1}
          className="relative min-h-0 min-w-0 flex-1 overflow-hidden outline-none"
        >
          <Outlet />
        </main>
      </div>
    </MeProvider>
  );
}

function Unreachable({ detail, onRetry }: { detail: string; onRetry: () => void }) {
  const signOut = useSignOut();
  return (
    <main className="grid h-dvh place-content-center justify-items-center gap-4 p-6 text-center">
      <BellMark className="size-12" />
      <h1 className="text-xl font-semibold tracking-tight">The console is not available</h1>
      <p role="alert" className="max-w-sm leading-relaxed text-ink-soft">
        {detail}
      </p>
      <div className="flex gap-3">
        <Button look="solid" icon="retry" onClick={onRetry}>
          Try again
        </Button>
        <Button look="plain" onClick={signOut}>
          Sign out
        </Button>
      </div>
    </main>
  );
}

/** The frame of every console page. Who is not signed in is sent to sign in, and comes back after. */
export function Layout() {
  const { token, absence } = useAuth();
  const me = useMe();
  const { pathname, search } = useLocation();
  if (token === null) {
    const state = absence === "left" ? null : { from: `${pathname}${search}` };
    return <Navigate to="/console/sign-in" replace state={state} />;
  }
  if (me.isError)
    return <Unreachable detail={me.error.message} onRetry={() => void me.refetch()} />;
  if (me.data === undefined) return <div aria-busy="true" className="h-dvh bg-paper" />;
  return <Frame me={me.data} />;
}
