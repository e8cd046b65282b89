import { useState } from "react";
import { Link, useParams } from "react-router";

import type { ApprovalDetails } from "../../api/approvals";
import { PageFrame } from "../../console/PageFrame";
import { Facts, Section } from "../../console/Section";
import { Loading, NotAllowed, NotThere } from "../../console/states";
import { When } from "../../console/When";
import { Button } from "../../design/Button";
import { Notice } from "../../design/Notice";
import { useAllowed } from "../account/useAuth";
import { capital } from "../tickets/words";
import { DecisionPanel } from "./DecisionPanel";
import { ApprovalStatusDot } from "./marks";
import { History, Outcome } from "./Outcome";
import { Proposal, Why } from "./Proposal";
import { useApproval } from "./queries";
import { unansweredText } from "./words";

const ALL = { to: "/console/approvals", label: "Approvals" };
const LINK = "text-accent underline-offset-4 hover:underline";

function About({ approval }: { approval: ApprovalDetails }) {
  const thread = encodeURIComponent(approval.thread_id);
  return (
    <Section title="About">
      <Facts
        rows={[
          ["Asked", <When key="asked" at={approval.requested_at} />],
          ["By the agent", approval.agent_id],
          ["Without a decision", capital(unansweredText(approval))],
          [
            "Conversation",
            <Link key="thread" to={`/console/conversations/${thread}`} className={LINK}>
              Read it
            </Link>,
          ],
        ]}
      />
      <Links approval={approval} />
    </Section>
  );
}

function Links({ approval }: { approval: ApprovalDetails }) {
  const mayRemember = useAllowed("memories:read");
  const mayTickets = useAllowed("tickets:read");
  const mayAudit = useAllowed("audit:read");
  const contact = encodeURIComponent(approval.contact_id);
  const { ticket_id: ticket, session_id: session } = approval;
  return (
    <p className="mt-4 flex flex-wrap gap-x-5 gap-y-1 text-sm">
      {mayTickets && ticket !== null && (
        <Link to={`/console/tickets/${encodeURIComponent(ticket)}`} className={LINK}>
          Ticket {ticket}
        </Link>
      )}
      <Link to={`/console/approvals?status=all&contact_id=${contact}`} className={LINK}>
        All requests for this customer
      </Link>
      {mayRemember && (
        <Link to={`/console/memories?contact=${contact}`} className={LINK}>
          Memories of this customer
        </Link>
      )}
      {mayAudit && session !== null && (
        <Link to={`/console/audit?session_id=${encodeURIComponent(session)}`} className={LINK}>
          Audit records of this session
        </Link>
      )}
    </p>
  );
}

/** Someone, or time, was first: what is on the page now is what became of it. */
function Late({ message, onRead }: { message: string; onRead: () => void }) {
  return (
    <Notice
      tone="warn"
      icon="alert"
      actions={
        <Button look="inline" onClick={onRead}>
          Dismiss
        </Button>
      }
    >
      <span role="alert">Your decision did not count. {message}</span>
    </Notice>
  );
}

function Request({ approval }: { approval: ApprovalDetails }) {
  const [late, setLate] = useState<string | null>(null);
  return (
    <PageFrame
      title={approval.action.summary}
      back={ALL}
      beside={<ApprovalStatusDot status={approval.status} />}
    >
      <div className="grid gap-x-10 gap-y-8 lg:grid-cols-[minmax(0,1fr)_19rem]">
        <div className="min-w-0 space-y-8">
          {late !== null && (
            <Late
              message={late}
              onRead={() => {
                setLate(null);
              }}
            />
          )}
          <DecisionPanel approval={approval} onLate={setLate} />
          <Outcome approval={approval} />
          <Proposal approval={approval} />
          <Why approval={approval} />
        </div>
        <aside aria-label="About the request" className="min-w-0 space-y-8">
          <About approval={approval} />
          <History events={approval.history} />
        </aside>
      </div>
    </PageFrame>
  );
}

/** One request: what the agent wants to do and why, the decision, and what came of it. */
export function ApprovalPage() {
  const { approvalId = "" } = useParams();
  const allowed = useAllowed("approvals:read");
  const approval = useApproval(approvalId);
  if (!allowed) return <NotAllowed what="what waits for a decision" />;
  if (approval.data !== undefined) return <Request key={approvalId} approval={approval.data} />;
  if (approval.isError) {
    return (
      <NotThere
        what="request"
        error={approval.error}
        all={{ ...ALL, label: "See all requests" }}
        onRetry={() => void approval.refetch()}
      />
    );
  }
  return (
    <PageFrame title="Request" back={ALL}>
      <Loading what="the request" />
    </PageFrame>
  );
}
