import { useState } from "react";
import { Link } from "react-router";

import type { AuditRecord } from "../../api/audit";
import { Section } from "../../console/Section";
import { IconButton } from "../../design/Button";
import { numberText } from "../../form/words";
import { useAllowed } from "../account/useAuth";
import { copyText } from "../chat/messages/copy";

type Id = { label: string; value: string | null; to?: string };

function Copy({ label, value }: { label: string; value: string }) {
  const [copied, setCopied] = useState(false);
  return (
    <IconButton
      small
      label={copied ? "Copied" : `Copy ${label}`}
      icon={copied ? "check" : "copy"}
      onClick={() => void copyText(value).then(setCopied)}
    />
  );
}

const of = (name: string, value: string | null): string =>
  `/console/audit?${name}=${encodeURIComponent(value ?? "")}`;

/** Everything the record can be found by; where there is more to see, it leads there. */
export function Ids({ record }: { record: AuditRecord }) {
  const mayTickets = useAllowed("tickets:read");
  const { thread_id: thread, ticket_id: ticket } = record;
  const agent =
    record.agent_id === null ? null : `${record.agent_id} ${record.agent_version ?? ""}`.trim();
  const ids: Id[] = [
    { label: "record", value: record.id },
    { label: "customer", value: record.contact_id, to: of("contact_id", record.contact_id) },
    { label: "session", value: record.session_id, to: of("session_id", record.session_id) },
    {
      label: "conversation",
      value: thread,
      to: `/console/conversations/${encodeURIComponent(thread ?? "")}`,
    },
    {
      label: "ticket",
      value: ticket,
      ...(mayTickets && { to: `/console/tickets/${encodeURIComponent(ticket ?? "")}` }),
    },
    { label: "agent", value: agent },
    { label: "turn", value: record.turn_id },
    { label: "request", value: record.request_id },
    { label: "chain", value: record.seq === null ? null : numberText(record.seq) },
    { label: "hash", value: record.hash },
  ];
  return (
    <Section title="Ids">
      <dl className="space-y-1 text-sm">
        {ids.map(({ label, value, to }) =>
          value === null ? null : (
            <div key={label} className="flex items-center gap-2">
              <dt className="w-24 shrink-0 text-ink-faint first-letter:uppercase">{label}</dt>
              <dd className="flex min-w-0 flex-1 items-center justify-end gap-1">
                <span title={value} className="truncate font-mono text-[0.8125rem]">
                  {to === undefined ? (
                    value
                  ) : (
                    <Link to={to} className="text-accent underline-offset-4 hover:underline">
                      {value}
                    </Link>
                  )}
                </span>
                <Copy label={label} value={value} />
              </dd>
            </div>
          ),
        )}
      </dl>
      {record.seq === null && (
        <p className="mt-2 text-sm text-ink-faint">Not chained yet: that follows in a moment.</p>
      )}
    </Section>
  );
}
