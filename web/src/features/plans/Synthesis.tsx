import type { Plan, Synthesis as Result } from "../../api/plans";
import { Section } from "../../console/Section";
import { Notice } from "../../design/Notice";
import { numbered, numbersOf } from "./words";

type Conflict = Result["conflicts"][number];

function ConflictNotice({ conflict, nameOf }: { conflict: Conflict; nameOf: (id: string) => string }) {
  return (
    <Notice tone="warn" icon="alert">
      <p className="font-medium">The answers do not agree about {conflict.about}.</p>
      <ul className="mt-1 space-y-0.5">
        {conflict.statements.map((statement, index) => (
          <li key={conflict.between[index] ?? index} className="[overflow-wrap:anywhere]">
            {nameOf(conflict.between[index] ?? "")}: {statement}
          </li>
        ))}
      </ul>
    </Notice>
  );
}

/** What the plan came to: one text, who said what in it, and where the parts contradict each other. */
export function Synthesis({ plan }: { plan: Plan }) {
  const { synthesis, subtasks } = plan;
  if (synthesis === null) return null;
  const numbers = numbersOf(subtasks);
  const nameOf = (id: string): string => `Part ${numbers.get(id) ?? id}`;
  const by = synthesis.written_by === "offline" ? "without a model" : `by ${synthesis.written_by}`;
  return (
    <Section
      title="Result"
      aside={<span className="text-[0.8125rem] text-ink-faint">Put together {by}</span>}
    >
      <div className="space-y-4">
        {synthesis.conflicts.map((conflict) => (
          <ConflictNotice key={conflict.about} conflict={conflict} nameOf={nameOf} />
        ))}
        <p
          dir="auto"
          className="leading-relaxed whitespace-pre-wrap [overflow-wrap:anywhere]"
        >
          {numbered(synthesis.text, numbers)}
        </p>
        {synthesis.references.length > 0 && (
          <ul aria-label="Who said what" className="space-y-2.5 text-sm">
            {synthesis.references.map((reference, index) => (
              <li key={index} className="border-s-2 border-line ps-3">
                <span className="font-medium">{nameOf(reference.subtask)}</span>{" "}
                <span className="text-ink-faint">{reference.agent}</span>
                <p dir="auto" className="mt-0.5 text-ink-soft [overflow-wrap:anywhere]">
                  “{reference.quote}”
                </p>
              </li>
            ))}
          </ul>
        )}
      </div>
    </Section>
  );
}
