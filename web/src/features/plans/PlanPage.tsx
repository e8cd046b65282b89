import { type ReactNode, useState } from "react";
import { Link, useParams } from "react-router";

import { type Plan, plansApi } from "../../api/plans";
import { ConfirmDialog } from "../../console/ConfirmDialog";
import { PageFrame } from "../../console/PageFrame";
import { Facts, Section } from "../../console/Section";
import { Loading, NotAllowed, NotThere } from "../../console/states";
import { useToast } from "../../console/toasts";
import { useAct } from "../../console/useAct";
import { When } from "../../console/When";
import { Button } from "../../design/Button";
import { Notice } from "../../design/Notice";
import { useAllowed } from "../account/useAuth";
import { PlanStatusDot, Progress } from "./marks";
import { usePlan, usePlanChanged } from "./queries";
import { Subtasks } from "./Subtasks";
import { Synthesis } from "./Synthesis";
import { countsText, ended, strategyText, underWay } from "./words";

const ALL = { to: "/console/plans", label: "Plans" };
const TITLE_CHARS = 90;

function Cancel({ plan }: { plan: Plan }) {
  const [asking, setAsking] = useState(false);
  const { act, busy, failure } = useAct();
  const changed = usePlanChanged();
  const tell = useToast();
  const close = () => {
    setAsking(false);
  };
  return (
    <>
      <Button
        small
        onClick={() => {
          setAsking(true);
        }}
      >
        Cancel the plan
      </Button>
      {asking && (
        <ConfirmDialog
          title="Cancel this plan?"
          verb="Cancel the plan"
          doing="Cancelling…"
          danger
          busy={busy}
          failure={failure}
          onClose={close}
          onConfirm={() => {
            void act(
              (token) => plansApi.cancel(token, plan.id),
              (after) => {
                changed(after);
                tell({ text: "The plan is cancelled." });
                close();
              },
            );
          }}
        >
          <p>No further part is begun. What was found so far stays.</p>
        </ConfirmDialog>
      )}
    </>
  );
}

function About({ plan }: { plan: Plan }) {
  const link = "text-accent underline-offset-4 hover:underline";
  const madeBy = plan.made_by === "given" ? "Given along" : plan.made_by;
  return (
    <Section title="About">
      <Facts
        rows={[
          ["Order", strategyText(plan.strategy)],
          ["Cut into parts by", madeBy ?? "Not yet"],
          ["Started", <When key="started" at={plan.created_at} />],
          ["Ended", plan.finished_at === null ? "Not yet" : <When key="ended" at={plan.finished_at} />],
          ...(plan.session_id === null
            ? []
            : [
                [
                  "Conversation",
                  <Link
                    key="session"
                    to={`/console/sessions/${encodeURIComponent(plan.session_id)}`}
                    className={link}
                  >
                    Read it
                  </Link>,
                ] as [string, ReactNode],
              ]),
        ]}
      />
    </Section>
  );
}

const short = (task: string): string =>
  task.length <= TITLE_CHARS ? task : `${task.slice(0, TITLE_CHARS).trimEnd()}…`;

function Shown({ plan }: { plan: Plan }) {
  const mayCancel = useAllowed("plans:write");
  const { ended: over, all } = ended(plan);
  const counts = countsText(plan);
  return (
    <PageFrame
      title={short(plan.task)}
      back={ALL}
      beside={<PlanStatusDot status={plan.status} />}
      actions={mayCancel && underWay(plan.status) && <Cancel plan={plan} />}
    >
      <div className="grid gap-x-10 gap-y-8 lg:grid-cols-[minmax(0,1fr)_17rem]">
        <div className="min-w-0 space-y-8">
          {plan.task.length > TITLE_CHARS && (
            <p dir="auto" className="leading-relaxed whitespace-pre-wrap [overflow-wrap:anywhere]">
              {plan.task}
            </p>
          )}
          {plan.error !== null && (
            <Notice tone="danger" icon="alert">
              {plan.error}
            </Notice>
          )}
          <Synthesis plan={plan} />
          <Section
            title="Parts"
            aside={<span className="text-[0.8125rem] text-ink-faint">{counts}</span>}
          >
            {underWay(plan.status) && <Progress ended={over} all={all} label={counts} />}
            {plan.subtasks.length === 0 && plan.error === null && (
              <p role="status" className="py-3 text-sm text-ink-faint">
                The task is being cut into parts…
              </p>
            )}
            <Subtasks plan={plan} />
          </Section>
        </div>
        <aside aria-label="About the plan" className="min-w-0 space-y-8">
          <About plan={plan} />
        </aside>
      </div>
    </PageFrame>
  );
}

/** One plan: its parts as they go, and what they come to. */
export function PlanPage() {
  const { planId = "" } = useParams();
  const allowed = useAllowed("plans:read");
  const plan = usePlan(planId);
  if (!allowed) return <NotAllowed what="plans" />;
  if (plan.data !== undefined) return <Shown key={planId} plan={plan.data} />;
  if (plan.isError) {
    return (
      <NotThere
        what="plan"
        error={plan.error}
        all={{ ...ALL, label: "See all plans" }}
        onRetry={() => void plan.refetch()}
      />
    );
  }
  return (
    <PageFrame title="Plan" back={ALL}>
      <Loading what="the plan" />
    </PageFrame>
  );
}
