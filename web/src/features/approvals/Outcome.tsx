import type { ApprovalDetails, ApprovalEvent } from "../../api/approvals";
import { Section } from "../../console/Section";
import { useStaff } from "../../console/staff";
import { When } from "../../console/When";
import { Notice } from "../../design/Notice";
import { isObject } from "../../data/json";
import { argumentsOf, eventDetail, eventText, verdictText } from "./words";

/** What the tool answered, by name where it has names. */
function Answer({ data }: { data: unknown }) {
  if (data === null || data === undefined) return null;
  const rows = argumentsOf(isObject(data) ? data : { answer: data }, null);
  return (
    <dl className="mt-3 grid gap-x-4 gap-y-1 text-sm sm:grid-cols-[9rem_minmax(0,1fr)]">
      {rows.map(({ name, label, value }) => (
        <div key={name} className="contents">
          <dt className="text-ink-faint max-sm:mt-1.5">{label}</dt>
          <dd className="[overflow-wrap:anywhere]">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function Result({ approval }: { approval: ApprovalDetails }) {
  const { result, status, executed_at: at } = approval;
  if (result === null) {
    return status === "approved" ? (
      <p role="status" className="text-[0.9375rem] text-ink-soft">
        It is being carried out…
      </p>
    ) : null;
  }
  if (!result.success) {
    return (
      <Notice tone="danger" icon="alert">
        It could not be carried out. {result.error}
      </Notice>
    );
  }
  return (
    <div>
      <p className="text-[0.9375rem]">
        Carried out {at !== null && <When at={at} />}. The customer is told in the conversation.
      </p>
      <Answer data={result.data} />
    </div>
  );
}

/** What was decided, by whom and why, and what came of it. */
export function Outcome({ approval }: { approval: ApprovalDetails }) {
  const { decision } = approval;
  if (decision === null && approval.result === null) return null;
  return (
    <Section title="Decision">
      <div className="space-y-3">
        {decision !== null && (
          <p className="text-[0.9375rem]">
            <strong className="font-semibold">{verdictText(decision.verdict)}</strong>
            {decision.by !== null && ` by ${decision.by.name}`}{" "}
            <span className="text-ink-faint">
              <When at={decision.at} />
            </span>
          </p>
        )}
        {decision !== null && decision.notes !== "" && (
          <p
            dir="auto"
            className="border-s-2 border-line ps-3 text-[0.9375rem] whitespace-pre-wrap text-ink-soft [overflow-wrap:anywhere]"
          >
            {decision.notes}
          </p>
        )}
        <Result approval={approval} />
      </div>
    </Section>
  );
}

/** Everything that happened to the request, the newest first. */
export function History({ events }: { events: ApprovalEvent[] }) {
  const { nameOf } = useStaff();
  return (
    <Section title="History">
      <ol aria-label="History" className="space-y-3.5 text-sm">
        {events.toReversed().map((event) => (
          <li key={event.id} className="border-s-2 border-line ps-3">
            <p className="font-medium">{eventText(event)}</p>
            {eventDetail(event) !== "" && (
              <p className="leading-snug whitespace-pre-wrap text-ink-soft [overflow-wrap:anywhere]">
                {eventDetail(event)}
              </p>
            )}
            <p className="text-[0.8125rem] text-ink-faint">
              {nameOf(event.actor) ?? "Deskhand"} · <When at={event.at} />
            </p>
          </li>
        ))}
      </ol>
    </Section>
  );
}
