import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "react-router";

import { threadsApi } from "../../api/tickets";
import { PageFrame } from "../../console/PageFrame";
import { Loading, NotThere } from "../../console/states";
import { useAllowed, useAuthStore } from "../account/useAuth";
import { Messages } from "./Messages";
import { Work } from "./Work";

/** One conversation, to be read: memories and records point here. */
export function ConversationPage() {
  const { threadId = "" } = useParams();
  const auth = useAuthStore();
  const mayAudit = useAllowed("audit:read");
  const mayContacts = useAllowed("crm:read");
  const thread = useQuery({
    queryKey: ["thread", threadId],
    queryFn: () => auth.with((token) => threadsApi.get(token, threadId)),
  });
  if (thread.isError) {
    return (
      <NotThere
        what="conversation"
        error={thread.error}
        all={{ to: "/console/tickets", label: "See the tickets" }}
        onRetry={() => void thread.refetch()}
      />
    );
  }
  if (thread.data === undefined) {
    return (
      <PageFrame title="Conversation">
        <Loading what="the conversation" />
      </PageFrame>
    );
  }
  const contact = encodeURIComponent(thread.data.contact_id);
  const link = "text-sm text-accent underline-offset-4 hover:underline";
  return (
    <PageFrame
      title={thread.data.title || "Conversation"}
      actions={
        <>
          {mayContacts && (
            <Link to={`/console/contacts/${contact}`} className={`${link} me-3`}>
              Contact
            </Link>
          )}
          <Link to={`/console/memories?contact=${contact}`} className={link}>
            Memories of this customer
          </Link>
          {mayAudit && (
            <Link to={`/console/audit?contact_id=${contact}`} className={`${link} ms-3`}>
              Audit
            </Link>
          )}
        </>
      }
    >
      <div className="grid gap-x-10 gap-y-8 lg:grid-cols-[minmax(0,1fr)_19rem]">
        <div className="min-w-0">
          <Messages threadId={threadId} live />
        </div>
        <aside
          aria-label="Behind the conversation"
          className="min-w-0 space-y-8 empty:hidden max-lg:order-first"
        >
          <Work threadId={threadId} />
        </aside>
      </div>
    </PageFrame>
  );
}
