import type { Ticket } from "../../api/tickets";
import { Section } from "../../console/Section";
import { choiceText, humanised, numberText } from "../../form/words";
import { capital, moodText, signalsOf } from "./words";

function Tried({ tried }: Pick<Ticket["handover"], "tried">) {
  if (tried.length === 0) return null;
  return (
    <div>
      <h3 className="text-sm font-medium">What was tried</h3>
      <ul className="mt-1.5 space-y-2 text-sm leading-relaxed">
        {tried.map(({ question, reply, answered }, index) => (
          <li key={index} className="border-s-2 border-line ps-3">
            <p className="[overflow-wrap:anywhere]">{question}</p>
            <p className="text-ink-soft [overflow-wrap:anywhere]">
              {answered ? "Answered: " : "Found no answer: "}
              {reply}
            </p>
          </li>
        ))}
      </ul>
    </div>
  );
}

function Lines({ title, lines }: { title: string; lines: string[] }) {
  if (lines.length === 0) return null;
  return (
    <div>
      <h3 className="text-sm font-medium">{title}</h3>
      <ul className="mt-1.5 list-disc space-y-1 ps-5 text-sm leading-relaxed text-ink-soft">
        {lines.map((line, index) => (
          <li key={index} className="[overflow-wrap:anywhere]">
            {line}
          </li>
        ))}
      </ul>
    </div>
  );
}

function Signals({ ticket }: { ticket: Ticket }) {
  const signals = signalsOf(ticket.signals);
  if (signals.length === 0) return null;
  return (
    <details className="text-sm">
      <summary className="w-fit cursor-pointer rounded text-ink-soft hover:text-ink">
        How it was judged: score {numberText(ticket.score)}, {choiceText(ticket.category).toLowerCase()}
      </summary>
      <dl className="mt-2 max-w-md space-y-1 ps-4">
        {signals.map(({ name, label, value }) => (
          <div key={name} className="flex justify-between gap-4">
            <dt className="text-ink-soft">{label}</dt>
            <dd className="tabular-nums">{numberText(value)}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}

/** What one has to know before the first word to the customer. */
export function Handover({ ticket }: { ticket: Ticket }) {
  const { handover, reasons, resolution } = ticket;
  const facts = handover.facts.map(({ kind, value }) => `${humanised(kind)}: ${value}`);
  const why = [handover.agent_reason, ...reasons].filter(Boolean).map(capital);
  return (
    <Section title="Hand-over">
      <div className="space-y-5">
        {resolution !== null && (
          <p className="rounded-xl bg-accent-soft px-4 py-3 text-[0.9375rem] text-accent-soft-ink">
            <span className="font-medium">How it was solved: </span>
            {resolution}
          </p>
        )}
        <div>
          <p className="leading-relaxed [overflow-wrap:anywhere]">
            {handover.wants === "" ? (
              <span className="text-ink-soft">What it is about stands in the conversation below.</span>
            ) : (
              <>“{handover.wants}”</>
            )}
          </p>
          <p className="mt-1 text-sm text-ink-faint">
            {handover.asked_for_person ? "Asked for a person. " : ""}
            Mood: {moodText(handover.sentiment_label).toLowerCase()}. {handover.message_count}{" "}
            {handover.message_count === 1 ? "message" : "messages"} at the hand-over.
          </p>
        </div>
        <Lines title="Why a person is needed" lines={why} />
        <Lines title="Still open" lines={handover.open_points} />
        <Tried tried={handover.tried} />
        <Lines title="What the customer named" lines={facts} />
        <Signals ticket={ticket} />
      </div>
    </Section>
  );
}
