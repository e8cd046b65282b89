import type { ReactNode } from "react";

import type { Route } from "../../api/types";
import { Facts, Section } from "../../console/Section";
import { cx } from "../../design/cx";
import { choiceText } from "../../form/words";
import { deciderText, isSure, pathText, sureText } from "./words";

type MarkProps = { tone: "calm" | "good" | "warn"; children: ReactNode };

const LOOKS: Record<MarkProps["tone"], string> = {
  calm: "bg-sunken text-ink-soft",
  good: "bg-accent-soft text-accent-soft-ink",
  warn: "bg-warn-soft text-warn",
};

function Mark({ tone, children }: MarkProps) {
  return (
    <span
      className={cx("rounded-full px-2 text-xs leading-5 whitespace-nowrap", LOOKS[tone])}
    >
      {children}
    </span>
  );
}

function Marks({ route }: { route: Route }) {
  return (
    <>
      <Mark tone={isSure(route) ? "good" : "warn"}>{sureText(route.confidence)}</Mark>
      <Mark tone="calm">{deciderText(route.decided_by)}</Mark>
      {route.fallback && <Mark tone="warn">stood in</Mark>}
    </>
  );
}

/** Why this agent answered, in the coordinator's words. */
function Reasons({ route }: { route: Route }) {
  return (
    <>
      {route.reasoning !== "" && <p>{route.reasoning}</p>}
      {route.reason !== null && <p className="text-warn">{route.reason}</p>}
      {route.path.length > 0 && <p>Went {pathText(route)}.</p>}
    </>
  );
}

/** Under an answer: who gave it, how sure that choice was, and why. For the team alone. */
export function RouteNote({ route, className }: { route: Route; className?: string }) {
  return (
    <div
      role="note"
      aria-label="How the agent was chosen"
      className={cx("text-xs leading-snug text-ink-faint [overflow-wrap:anywhere]", className)}
    >
      <p className="flex flex-wrap items-center gap-x-2 gap-y-1">
        <span className="font-medium text-ink-soft">{route.name}</span>
        <span className="font-mono">{route.agent_id}</span>
        {route.category !== "" && <span>{choiceText(route.category)}</span>}
        <Marks route={route} />
      </p>
      <div className="mt-1 space-y-0.5">
        <Reasons route={route} />
      </div>
    </div>
  );
}

type GivenOn = { by: string; to: string; reason: string };

/** The same as a part of a record. */
export function RouteSection({ route, givenOn }: { route: Route; givenOn: GivenOn[] }) {
  return (
    <Section
      title="How the agent was chosen"
      aside={
        <span className="flex flex-wrap justify-end gap-1.5">
          <Marks route={route} />
        </span>
      }
    >
      <Facts
        rows={[
          ["Answered by", `${route.name} (${route.agent_id})`],
          ["Matter", route.category === "" ? "None" : choiceText(route.category)],
        ]}
      />
      <div className="mt-3 space-y-1 text-[0.9375rem] leading-relaxed [overflow-wrap:anywhere]">
        <Reasons route={route} />
        {givenOn.map(({ by, to, reason }) => (
          <p key={`${by} ${to}`} className="text-ink-soft">
            {by} gave it on to {to}: {reason}
          </p>
        ))}
      </div>
    </Section>
  );
}
