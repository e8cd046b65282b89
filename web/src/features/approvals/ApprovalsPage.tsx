import { Link } from "react-router";

import { type Approval, APPROVAL_STATUSES } from "../../api/approvals";
import { Choose, useView, Words } from "../../console/filters";
import { Listed } from "../../console/Listed";
import { PageFrame } from "../../console/PageFrame";
import { Empty } from "../../console/states";
import { When } from "../../console/When";
import { Button } from "../../design/Button";
import { cx } from "../../design/cx";
import { ApprovalStatusDot, Countdown } from "./marks";
import { useApprovals } from "./queries";
import { byUrgency, KIND_NAMES, kindText, stateOf, worthText } from "./words";

const PAGE_SIZE = 25;
const NAMES = ["status", "kind", "contact_id", "session_id"] as const;
const WAITING = "pending";
const ALL = "all";
const KIND_WORDS = Object.fromEntries(KIND_NAMES.map((kind) => [kind, kindText(kind)]));

function TimeLeft({ approval }: { approval: Approval }) {
  if (approval.status === "pending") return <Countdown approval={approval} brief />;
  return (
    <span className="text-ink-faint">
      <When at={approval.executed_at ?? approval.decision?.at ?? approval.expires_at} />
    </span>
  );
}

function Row({ approval }: { approval: Approval }) {
  const worth = worthText(approval.action);
  return (
    <tr className="group border-b border-line align-top">
      <th scope="row" className="py-4 pe-4 text-start font-normal">
        <Link
          to={`/console/approvals/${encodeURIComponent(approval.id)}`}
          className="line-clamp-2 font-semibold [overflow-wrap:anywhere] group-hover:text-accent hover:underline hover:underline-offset-4"
        >
          {approval.action.summary}
        </Link>
        {approval.message !== "" && (
          <p className="mt-0.5 line-clamp-1 text-sm text-ink-soft [overflow-wrap:anywhere]">
            “{approval.message}”
          </p>
        )}
        <p className="mt-1 flex flex-wrap items-center gap-x-3 gap-y-1 text-sm text-ink-faint">
          <span>{kindText(approval.action.kind)}</span>
          <span>by {approval.agent_id}</span>
          <When at={approval.requested_at} />
        </p>
        <div className="mt-2 flex flex-wrap items-center gap-x-4 gap-y-1 text-sm md:hidden">
          <ApprovalStatusDot status={approval.status} />
          <TimeLeft approval={approval} />
          {worth !== null && <span className="tabular-nums">{worth}</span>}
        </div>
      </th>
      <td className="py-4 pe-4 text-sm whitespace-nowrap tabular-nums max-md:hidden">
        {worth ?? "–"}
      </td>
      <td className="py-4 pe-4 max-md:hidden">
        <ApprovalStatusDot status={approval.status} />
      </td>
      <td className="py-4 text-sm max-md:hidden">
        <TimeLeft approval={approval} />
      </td>
    </tr>
  );
}

function List({ approvals }: { approvals: Approval[] }) {
  const head = "pb-2 pe-4 text-start font-medium whitespace-nowrap max-md:hidden";
  return (
    <table className="w-full table-auto border-collapse">
      <caption className="sr-only">Requests</caption>
      <thead className="border-b border-line text-[0.8125rem] text-ink-faint">
        <tr>
          <th scope="col" className={head}>
            What the agent wants to do
          </th>
          <th scope="col" className={`${head} w-32`}>
            At stake
          </th>
          <th scope="col" className={`${head} w-28`}>
            State
          </th>
          <th scope="col" className={`${head} w-36`}>
            Time left
          </th>
        </tr>
      </thead>
      <tbody>
        {byUrgency(approvals).map((approval) => (
          <Row key={approval.id} approval={approval} />
        ))}
      </tbody>
    </table>
  );
}

type StatesProps = {
  chosen: string;
  counts: Record<string, number> | undefined;
  onChoose: (status: string) => void;
};

/** The states with how many are in each; those in which there is nothing are left out. */
function States({ chosen, counts = {}, onChoose }: StatesProps) {
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const states = APPROVAL_STATUSES.filter(
    (status) => status === WAITING || status === chosen || (counts[status] ?? 0) > 0,
  );
  const all = [
    ...states.map((status) => [status, stateOf(status).text, counts[status] ?? 0] as const),
    [ALL, "All", total] as const,
  ];
  return (
    <div role="group" aria-label="State" className="mb-4 flex flex-wrap gap-1.5">
      {all.map(([status, text, count]) => (
        <button
          key={status}
          type="button"
          aria-pressed={chosen === status}
          onClick={() => {
            onChoose(status === WAITING ? "" : status);
          }}
          className={cx(
            "inline-flex min-h-8 items-center gap-2 rounded-full px-3 text-sm font-medium transition-colors duration-150",
            chosen === status
              ? "bg-accent-soft text-accent-soft-ink"
              : "text-ink-soft hover:bg-sunken hover:text-ink",
          )}
        >
          {text}
          <span className="font-normal tabular-nums opacity-75">{count}</span>
        </button>
      ))}
    </div>
  );
}

function Nothing({ waiting, onClear }: { waiting: boolean; onClear: () => void }) {
  if (waiting) {
    return (
      <Empty title="Nothing waits for a decision">
        When an agent wants to do something that a person must allow first, such as a larger refund,
        it appears here.
      </Empty>
    );
  }
  return (
    <Empty title="No request matches" action={<Button onClick={onClear}>Clear filters</Button>}>
      Loosen the filters to see more.
    </Empty>
  );
}

/** What agents want to do and a person must allow first: what runs out soonest comes first. */
export function ApprovalsPage() {
  const { view, change, clear } = useView(NAMES);
  const status = view.status === "" ? WAITING : view.status;
  const { kind, contact_id, session_id, page } = view;
  const approvals = useApprovals({
    status: status === ALL ? "" : status,
    kind,
    contact_id,
    session_id,
    limit: PAGE_SIZE,
    offset: (page - 1) * PAGE_SIZE,
  });
  const narrowed = kind !== "" || contact_id !== "" || session_id !== "";
  return (
    <PageFrame title="Approvals">
      <States
        chosen={status}
        counts={approvals.data?.counts}
        onChoose={(next) => {
          change({ status: next });
        }}
      />
      <div role="search" aria-label="Approvals" className="mb-5 flex flex-wrap items-center gap-2.5">
        <Choose
          label="Action"
          any="Any action"
          value={kind}
          options={KIND_NAMES}
          words={KIND_WORDS}
          onChange={(next) => {
            change({ kind: next });
          }}
        />
        <Words
          label="Customer’s id"
          value={contact_id}
          onChange={(next) => {
            change({ contact_id: next });
          }}
        />
        {narrowed && (
          <Button look="link" onClick={clear}>
            Clear
          </Button>
        )}
      </div>
      <Listed
        what="requests"
        found={approvals}
        page={page}
        size={PAGE_SIZE}
        onPage={(next) => {
          change({ page: next });
        }}
        empty={<Nothing waiting={status === WAITING && !narrowed} onClear={clear} />}
      >
        {(items) => <List approvals={items} />}
      </Listed>
    </PageFrame>
  );
}
