/** The work behind a conversation: what waits for a decision, tasks in parts, votes of agents. */
import { Link } from "react-router";

import type { Approval } from "../../api/approvals";
import type { Plan, Vote } from "../../api/plans";
import { Section } from "../../console/Section";
import { When } from "../../console/When";
import { ApprovalStatusDot, Countdown } from "../approvals/marks";
import { PlanStatusDot, Progress } from "../plans/marks";
import { Subtasks } from "../plans/Subtasks";
import { OutcomeDot, VoteView } from "../plans/VoteView";
import { countsText, ended, underWay } from "../plans/words";
import { useWork } from "./useWork";

const LINK =
  "block font-medium leading-snug [overflow-wrap:anywhere] hover:text-accent hover:underline hover:underline-offset-4";
const FOLD = "w-fit cursor-pointer rounded text-sm text-accent underline-offset-4 hover:underline";

function ApprovalCard({ approval }: { approval: Approval }) {
  const { id, status, action, requested_at: at } = approval;
  return (
    <li className="text-sm">
      <Link to={`/console/approvals/${encodeURIComponent(id)}`} className={LINK}>
        {action.summary}
      </Link>
      <p className="mt-1 flex flex-wrap items-center gap-x-3 gap-y-1 text-ink-faint">
        <ApprovalStatusDot status={status} />
        {status === "pending" ? <Countdown approval={approval} brief /> : <When at={at} />}
      </p>
    </li>
  );
}

function PlanCard({ plan }: { plan: Plan }) {
  const { ended: over, all } = ended(plan);
  const counts = countsText(plan);
  return (
    <li className="text-sm">
      <Link to={`/console/plans/${encodeURIComponent(plan.id)}`} className={`${LINK} line-clamp-3`}>
        {plan.task}
      </Link>
      <p className="mt-1 mb-1.5 flex flex-wrap items-center gap-x-3 gap-y-1 text-ink-faint">
        <PlanStatusDot status={plan.status} />
        <span>{counts}</span>
      </p>
      {underWay(plan.status) && <Progress ended={over} all={all} label={counts} />}
      {plan.subtasks.length > 0 && (
        <details className="mt-1.5" open={underWay(plan.status)}>
          <summary className={FOLD}>Parts</summary>
          <Subtasks plan={plan} brief />
        </details>
      )}
    </li>
  );
}

function VoteCard({ vote }: { vote: Vote }) {
  return (
    <li className="text-sm">
      <p className="leading-snug font-medium [overflow-wrap:anywhere]">{vote.subject}</p>
      <p className="mt-1 flex flex-wrap items-center gap-x-3 text-ink-faint">
        <OutcomeDot vote={vote} />
        <When at={vote.created_at} />
      </p>
      <details className="mt-1.5">
        <summary className={FOLD}>How they voted</summary>
        <div className="mt-2">
          <VoteView vote={vote} titled={false} />
        </div>
      </details>
    </li>
  );
}

/** Shows nothing where there is nothing, and whatever the reader's role may see. */
export function Work({ threadId }: { threadId: string }) {
  const { approvals, plans, votes, failed } = useWork(threadId);
  return (
    <>
      {failed && (
        <p role="alert" className="text-sm text-danger">
          What goes on behind the conversation could not be loaded. It is tried again.
        </p>
      )}
      {approvals.length > 0 && (
        <Section title="Approvals">
          <ul aria-label="Approvals" className="space-y-4">
            {approvals.map((approval) => (
              <ApprovalCard key={approval.id} approval={approval} />
            ))}
          </ul>
        </Section>
      )}
      {plans.length > 0 && (
        <Section title="Plans">
          <ul aria-label="Plans" className="space-y-5">
            {plans.map((plan) => (
              <PlanCard key={plan.id} plan={plan} />
            ))}
          </ul>
        </Section>
      )}
      {votes.length > 0 && (
        <Section title="Votes">
          <ul aria-label="Votes of agents" className="space-y-5">
            {votes.map((vote) => (
              <VoteCard key={vote.id} vote={vote} />
            ))}
          </ul>
        </Section>
      )}
    </>
  );
}
