import { Link } from "react-router";

import { Section } from "../../console/Section";
import { When } from "../../console/When";
import { useAllowed } from "../account/useAuth";
import { useThreadsOf } from "./queries";

const LOOK = "text-accent underline-offset-4 hover:underline";

function Conversations({ contactId }: { contactId: string }) {
  const threads = useThreadsOf(contactId);
  const all = threads.data?.items ?? [];
  if (!threads.isSuccess) return null;
  if (all.length === 0) {
    return <p className="text-sm text-ink-faint">This customer has not written yet.</p>;
  }
  return (
    <ul aria-label="Conversations" className="space-y-2 text-sm">
      {all.map((thread) => (
        <li key={thread.id} className="flex items-baseline gap-3">
          <Link
            to={`/console/conversations/${encodeURIComponent(thread.id)}`}
            className={`min-w-0 flex-1 truncate ${LOOK}`}
          >
            {thread.title || "Untitled conversation"}
          </Link>
          <span className="shrink-0 text-[0.8125rem] text-ink-faint">
            <When at={thread.last_message_at ?? thread.created_at} />
          </span>
        </li>
      ))}
    </ul>
  );
}

const PLACES = [
  { to: "/console/tickets?contact_id=", label: "Tickets", needs: "tickets:read" },
  { to: "/console/memories?contact=", label: "Memories", needs: "memories:read" },
  { to: "/console/audit?contact_id=", label: "Audit", needs: "audit:read" },
] as const;

function Place({ to, label, needs }: { to: string; label: string; needs: string }) {
  return useAllowed(needs) ? (
    <Link to={to} className={LOOK}>
      {label}
    </Link>
  ) : null;
}

/** Where else there is something of this customer. */
export function Links({ contactId }: { contactId: string }) {
  const contact = encodeURIComponent(contactId);
  return (
    <Section title="Conversations">
      <Conversations contactId={contactId} />
      <p className="mt-4 flex flex-wrap gap-x-5 gap-y-1 text-sm">
        {PLACES.map((place) => (
          <Place key={place.label} {...place} to={`${place.to}${contact}`} />
        ))}
      </p>
    </Section>
  );
}
