import type { TicketNotice } from "../../api/tickets";
import { Section } from "../../console/Section";
import { When } from "../../console/When";
import { StateDot } from "../../design/Badge";
import { eventText } from "./words";

const TONES = { waiting: "warn", sent: "good", failed: "danger" } as const;

function Outcome({ notice }: { notice: TicketNotice }) {
  if (notice.status === "sent" && notice.sent_at !== null) {
    return (
      <>
        Sent <When at={notice.sent_at} />
      </>
    );
  }
  const tries = notice.attempts === 1 ? "1 attempt" : `${notice.attempts} attempts`;
  if (notice.status === "failed") return <>Not sent after {tries}</>;
  if (notice.attempts === 0) return <>Waiting</>;
  return <>Not sent yet after {tries}</>;
}

/** Whom the house told, and whether it got through. */
export function Notices({ notices }: { notices: TicketNotice[] }) {
  if (notices.length === 0) return null;
  return (
    <Section title="Notices">
      <ul aria-label="Notices sent" className="space-y-3 text-sm">
        {notices.map((notice) => (
          <li key={notice.id}>
            <span className="flex flex-wrap items-baseline justify-between gap-x-3">
              <span className="min-w-0 font-medium [overflow-wrap:anywhere]">{notice.channel}</span>
              <StateDot tone={TONES[notice.status]}>
                <Outcome notice={notice} />
              </StateDot>
            </span>
            <span className="text-[0.8125rem] text-ink-faint">{eventText(notice)}</span>
            {notice.last_error !== null && (
              <p className="mt-0.5 leading-snug text-ink-soft [overflow-wrap:anywhere]">
                {notice.last_error}
              </p>
            )}
          </li>
        ))}
      </ul>
    </Section>
  );
}
