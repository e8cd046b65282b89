import { Link, NavLink } from "react-router";

import { Button } from "../../design/Button";
import { cx } from "../../design/cx";
import { Icon } from "../../design/Icon";
import { Status } from "./AgentList";
import { useArchive } from "./useArchive";
import type { Editor } from "./useEditor";

export type Tab = "contract" | "json" | "versions" | "try";

type TabsProps = { base: string; withTryOut: boolean; dirty: boolean };

/** The agent's pages. They are links: each has an address. */
function Tabs({ base, withTryOut, dirty }: TabsProps) {
  const tabs: { to: string; label: string }[] = [
    { to: base, label: "Contract" },
    { to: `${base}/json`, label: "JSON" },
    { to: `${base}/versions`, label: "Versions" },
    ...(withTryOut ? [{ to: `${base}/try`, label: "Try it out" }] : []),
  ];
  return (
    <nav aria-label="Agent" className="-mb-px flex gap-6 overflow-x-auto max-sm:gap-5">
      {tabs.map(({ to, label }) => (
        <NavLink
          key={to}
          to={to}
          end
          className={({ isActive }) =>
            cx(
              "border-b-2 pt-1 pb-2.5 text-[0.9375rem] whitespace-nowrap transition-colors",
              isActive
                ? "border-accent font-medium text-ink"
                : "border-transparent text-ink-soft hover:text-ink",
            )
          }
        >
          {label}
          {label === "Contract" && dirty && (
            <span
              title="Unsaved changes"
              className="ms-1.5 mb-0.5 inline-block size-1.5 rounded-full bg-accent align-middle"
            />
          )}
        </NavLink>
      ))}
    </nav>
  );
}

type AgentHeaderProps = { editor: Editor; base: string; withTryOut: boolean; mayWrite: boolean };

export function AgentHeader({ editor, base, withTryOut, mayWrite }: AgentHeaderProps) {
  const { agent, dirty, reload } = editor;
  const { archive, restore } = useArchive(() => void reload());
  const archived = agent.metadata.status === "archived";
  return (
    <header className="shrink-0 border-b border-line px-4 pt-4 sm:px-8 sm:pt-5">
      <div className="mx-auto max-w-3xl">
        <Link
          to="/console/agents"
          className="-ms-1 inline-flex items-center gap-1.5 rounded-lg pe-2 text-sm text-ink-soft hover:text-accent"
        >
          <Icon name="back" size={16} />
          Agents
        </Link>
        <div className="mt-1.5 mb-3 flex flex-wrap items-center gap-x-4 gap-y-1">
          <h1 className="min-w-0 text-2xl font-semibold tracking-tight [overflow-wrap:anywhere]">
            {agent.name}
          </h1>
          <span className="font-mono text-[0.8125rem] text-ink-faint">{agent.version}</span>
          <Status status={agent.metadata.status} />
          {mayWrite && (
            <Button
              small
              look="plain"
              icon={archived ? "restore" : "archive"}
              className="ms-auto -me-3"
              disabled={dirty}
              title={dirty ? "Save or discard your changes first" : undefined}
              onClick={() => void (archived ? restore(agent) : archive(agent))}
            >
              {archived ? "Restore" : "Archive"}
            </Button>
          )}
        </div>
        <Tabs base={base} withTryOut={withTryOut} dirty={dirty} />
      </div>
    </header>
  );
}
