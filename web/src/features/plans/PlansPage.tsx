import { Link } from "react-router";

import { type Plan, PLAN_STATUSES } from "../../api/plans";
import { Choose, useView } from "../../console/filters";
import { Listed } from "../../console/Listed";
import { PageFrame } from "../../console/PageFrame";
import { Empty } from "../../console/states";
import { When } from "../../console/When";
import { Button } from "../../design/Button";
import { PlanStatusDot, Progress } from "./marks";
import { usePlans } from "./queries";
import { countsText, ended, planState, underWay } from "./words";

const PAGE_SIZE = 25;
const NAMES = ["status", "session_id"] as const;
const WORDS = Object.fromEntries(PLAN_STATUSES.map((status) => [status, planState(status).text]));

function Row({ plan }: { plan: Plan }) {
  const { ended: over, all } = ended(plan);
  const counts = countsText(plan);
  return (
    <li className="group py-4">
      <div className="flex flex-wrap items-baseline gap-x-4 gap-y-1">
        <Link
          to={`/console/plans/${encodeURIComponent(plan.id)}`}
          className="line-clamp-2 min-w-0 flex-1 basis-64 font-semibold [overflow-wrap:anywhere] group-hover:text-accent hover:underline hover:underline-offset-4"
        >
          {plan.task}
        </Link>
        <PlanStatusDot status={plan.status} />
      </div>
      <p className="mt-1 flex flex-wrap gap-x-3 gap-y-1 text-sm text-ink-faint">
        <span>{counts}</span>
        <When at={plan.created_at} />
      </p>
      {underWay(plan.status) && (
        <div className="mt-2 max-w-xs">
          <Progress ended={over} all={all} label={counts} />
        </div>
      )}
    </li>
  );
}

/** Tasks in parts, each for the agent that knows most of it: the newest first. */
export function PlansPage() {
  const { view, change, clear, filtered } = useView(NAMES);
  const { page, ...filter } = view;
  const plans = usePlans({ ...filter, limit: PAGE_SIZE, offset: (page - 1) * PAGE_SIZE });
  return (
    <PageFrame title="Plans">
      <div role="search" aria-label="Plans" className="mb-3 flex flex-wrap items-center gap-2.5">
        <Choose
          label="State"
          any="Any state"
          value={view.status}
          options={PLAN_STATUSES}
          words={WORDS}
          onChange={(status) => {
            change({ status });
          }}
        />
        {filtered && (
          <Button look="link" onClick={clear}>
            Clear
          </Button>
        )}
      </div>
      <Listed
        what="plans"
        found={plans}
        page={page}
        size={PAGE_SIZE}
        onPage={(next) => {
          change({ page: next });
        }}
        empty={
          <Empty
            title={filtered ? "No plan matches" : "No plans"}
            action={filtered && <Button onClick={clear}>Clear filters</Button>}
          >
            {filtered
              ? "Loosen the filters to see more."
              : "When a customer asks for several things at once, agents work on the parts together. You see here how far they are."}
          </Empty>
        }
      >
        {(items) => (
          <ul aria-label="Plans" className="divide-y divide-line border-y border-line">
            {items.map((plan) => (
              <Row key={plan.id} plan={plan} />
            ))}
          </ul>
        )}
      </Listed>
    </PageFrame>
  );
}
