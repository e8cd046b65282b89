import { Link } from "react-router";

import { CATEGORIES, PRIORITIES, STATUSES, type Ticket } from "../../api/tickets";
import { Choose, useView, Words } from "../../console/filters";
import { Listed } from "../../console/Listed";
import { PageFrame } from "../../console/PageFrame";
import { useStaff } from "../../console/staff";
import { Empty } from "../../console/states";
import { When } from "../../console/When";
import { Button } from "../../design/Button";
import { choiceText } from "../../form/words";
import { useTickets } from "./queries";
import { DueText, PriorityTag, TicketStatusDot } from "./marks";
import { headline } from "./words";

const PAGE_SIZE = 25;
const NAMES = ["status", "priority", "category", "assignee", "overdue", "contact_id"] as const;

type NameOf = (id: string | null) => string | null;

function Row({ ticket, nameOf }: { ticket: Ticket; nameOf: NameOf }) {
  const assignee = nameOf(ticket.assignee_id) ?? "Nobody yet";
  return (
    <tr className="group border-b border-line align-top">
      <th scope="row" className="py-4 pe-4 text-start font-normal">
        <Link
          to={`/console/tickets/${encodeURIComponent(ticket.id)}`}
          className="line-clamp-2 font-semibold [overflow-wrap:anywhere] group-hover:text-accent hover:underline hover:underline-offset-4"
        >
          {headline(ticket)}
        </Link>
        <p className="mt-1 flex flex-wrap items-center gap-x-3 gap-y-1 text-sm text-ink-faint">
          <span className="font-mono text-[0.8125rem]">{ticket.id}</span>
          <PriorityTag priority={ticket.priority} />
          <span>{choiceText(ticket.category)}</span>
          <When at={ticket.created_at} />
        </p>
        <div className="mt-2 flex flex-wrap items-center gap-x-4 gap-y-1 text-sm text-ink-soft md:hidden">
          <TicketStatusDot status={ticket.status} />
          <DueText ticket={ticket} />
          <span>{assignee}</span>
        </div>
      </th>
      <td className="py-4 pe-4 max-md:hidden">
        <TicketStatusDot status={ticket.status} />
      </td>
      <td className="py-4 pe-4 text-sm max-md:hidden">
        <DueText ticket={ticket} />
      </td>
      <td className="py-4 text-sm text-ink-soft [overflow-wrap:anywhere] max-md:hidden">
        {assignee}
      </td>
    </tr>
  );
}

function List({ tickets }: { tickets: Ticket[] }) {
  const { nameOf } = useStaff();
  const head = "pb-2 pe-4 text-start font-medium whitespace-nowrap max-md:hidden";
  return (
    <table className="w-full table-auto border-collapse">
      <caption className="sr-only">Tickets</caption>
      <thead className="border-b border-line text-[0.8125rem] text-ink-faint">
        <tr>
          <th scope="col" className={head}>
            Matter
          </th>
          <th scope="col" className={`${head} w-28`}>
            Status
          </th>
          <th scope="col" className={`${head} w-44`}>
            Promised
          </th>
          <th scope="col" className={`${head} w-40`}>
            Assigned to
          </th>
        </tr>
      </thead>
      <tbody>
        {tickets.map((ticket) => (
          <Row key={ticket.id} ticket={ticket} nameOf={nameOf} />
        ))}
      </tbody>
    </table>
  );
}

type FiltersProps = Pick<
  ReturnType<typeof useView<(typeof NAMES)[number]>>,
  "view" | "change" | "clear" | "filtered"
>;

function Filters({ view, change, clear, filtered }: FiltersProps) {
  const on = (name: (typeof NAMES)[number]) => (value: string) => {
    change({ [name]: value });
  };
  return (
    <div role="search" aria-label="Tickets" className="mb-5 flex flex-wrap items-center gap-2.5">
      <Choose
        label="Status"
        any="Any status"
        value={view.status}
        options={STATUSES}
        onChange={on("status")}
      />
      <Choose
        label="Priority"
        any="Any priority"
        value={view.priority}
        options={PRIORITIES}
        onChange={on("priority")}
      />
      <Choose
        label="Category"
        any="Any category"
        value={view.category}
        options={CATEGORIES}
        onChange={on("category")}
      />
      <Choose
        label="Assigned to"
        any="Anyone"
        value={view.assignee}
        options={["me"]}
        words={{ me: "Mine" }}
        onChange={on("assignee")}
      />
      <Choose
        label="Due"
        any="In time or not"
        value={view.overdue}
        options={["true", "false"]}
        words={{ true: "Overdue", false: "In time" }}
        onChange={on("overdue")}
      />
      <Words label="Customer’s id" value={view.contact_id} onChange={on("contact_id")} />
      {filtered && (
        <Button look="link" onClick={clear}>
          Clear
        </Button>
      )}
    </div>
  );
}

function NoTickets({ filtered, onClear }: { filtered: boolean; onClear: () => void }) {
  return (
    <Empty
      title={filtered ? "No ticket matches" : "No tickets"}
      action={filtered && <Button onClick={onClear}>Clear filters</Button>}
    >
      {filtered
        ? "Loosen the filters to see more."
        : "When a customer asks for a person, or an agent sees that one is needed, it appears here."}
    </Empty>
  );
}

/** Conversations that were handed to people: the gravest and the most due first. */
export function TicketsPage() {
  const list = useView(NAMES);
  const { page, ...filter } = list.view;
  const tickets = useTickets({ ...filter, limit: PAGE_SIZE, offset: (page - 1) * PAGE_SIZE });
  return (
    <PageFrame title="Tickets">
      <Filters {...list} />
      <Listed
        what="tickets"
        found={tickets}
        page={page}
        size={PAGE_SIZE}
        onPage={(next) => {
          list.change({ page: next });
        }}
        empty={<NoTickets filtered={list.filtered} onClear={list.clear} />}
      >
        {(items) => <List tickets={items} />}
      </Listed>
    </PageFrame>
  );
}
