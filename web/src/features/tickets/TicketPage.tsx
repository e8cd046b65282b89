import { Link, useParams } from "react-router";

import type { TicketDetails } from "../../api/tickets";
import { PageFrame } from "../../console/PageFrame";
import { Loading, NotThere } from "../../console/states";
import { useAllowed } from "../account/useAuth";
import { Work } from "../conversations/Work";
import { Handover } from "./Handover";
import { History } from "./History";
import { PriorityTag, TicketStatusDot } from "./marks";
import { Notices } from "./Notices";
import { useTicket } from "./queries";
import { Service } from "./Service";
import { Steps } from "./Steps";
import { TakeoverPanel } from "./TakeoverPanel";
import { headline } from "./words";

const ALL = { to: "/console/tickets", label: "Tickets" };

function Links({ ticket }: { ticket: TicketDetails }) {
  const mayRemember = useAllowed("memories:read");
  const mayContacts = useAllowed("crm:read");
  const mayAudit = useAllowed("audit:read");
  const contact = encodeURIComponent(ticket.contact_id);
  const link = "text-accent underline-offset-4 hover:underline";
  return (
    <p className="flex flex-wrap gap-x-5 gap-y-1 text-sm">
      {mayContacts && (
        <Link to={`/console/contacts/${contact}`} className={link}>
          This customer
        </Link>
      )}
      {mayRemember && (
        <Link to={`/console/memories?contact=${contact}`} className={link}>
          Memories of this customer
        </Link>
      )}
      {mayAudit && (
        <Link to={`/console/audit?ticket=${encodeURIComponent(ticket.id)}`} className={link}>
          Audit records of this ticket
        </Link>
      )}
    </p>
  );
}

function Ticket({ ticket }: { ticket: TicketDetails }) {
  const mayWrite = useAllowed("tickets:write");
  return (
    <PageFrame
      title={headline(ticket)}
      back={ALL}
      beside={
        <span className="flex flex-wrap items-center gap-x-4 gap-y-1">
          <span className="font-mono text-[0.8125rem] text-ink-faint">{ticket.id}</span>
          <TicketStatusDot status={ticket.status} />
          <PriorityTag priority={ticket.priority} />
        </span>
      }
      actions={mayWrite && <Steps ticket={ticket} />}
    >
      <div className="grid gap-x-10 gap-y-8 lg:grid-cols-[minmax(0,1fr)_19rem]">
        <div className="min-w-0 space-y-8">
          <Handover ticket={ticket} />
          <TakeoverPanel ticket={ticket} />
        </div>
        <aside aria-label="About the ticket" className="min-w-0 space-y-8">
          <Service ticket={ticket} mayWrite={mayWrite} />
          <Work threadId={ticket.thread_id} />
          <Links ticket={ticket} />
          <History ticket={ticket} mayWrite={mayWrite} />
          <Notices notices={ticket.notices} />
        </aside>
      </div>
    </PageFrame>
  );
}

/** One ticket: what the customer wants, what was promised, the conversation, and the steps to its end. */
export function TicketPage() {
  const { ticketId = "" } = useParams();
  const ticket = useTicket(ticketId);
  if (ticket.data !== undefined) return <Ticket key={ticketId} ticket={ticket.data} />;
  if (ticket.isError) {
    return (
      <NotThere
        what="ticket"
        error={ticket.error}
        all={{ ...ALL, label: "See all tickets" }}
        onRetry={() => void ticket.refetch()}
      />
    );
  }
  return (
    <PageFrame title="Ticket" back={ALL}>
      <Loading what="the ticket" />
    </PageFrame>
  );
}
