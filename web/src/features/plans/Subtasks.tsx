import type { Plan, Subtask } from "../../api/plans";
import { secondsText } from "../../console/times";
import { StateDot } from "../../design/Badge";
import { cx } from "../../design/cx";
import { withoutMarkers } from "../chat/messages/citations";
import { afterText, numbersOf, subtaskState } from "./words";

/** What the agent answered, folded: the list is read first. */
function Output({ subtask }: { subtask: Subtask }) {
  const { output, citations } = subtask;
  if (output === null || output === "") return null;
  const titles = [...new Set(citations.map((citation) => citation.title))];
  const numbers = citations.map((citation) => citation.number);
  return (
    <details className="mt-2">
      <summary className="w-fit cursor-pointer rounded text-sm text-accent underline-offset-4 hover:underline">
        What was found
      </summary>
      <p
        dir="auto"
        className="mt-2 border-s-2 border-line ps-3 text-[0.9375rem] leading-relaxed whitespace-pre-wrap [overflow-wrap:anywhere]"
      >
        {withoutMarkers(output, numbers)}
      </p>
      {titles.length > 0 && (
        <p className="mt-1 ps-3 text-[0.8125rem] text-ink-faint">From {titles.join(", ")}</p>
      )}
    </details>
  );
}

type RowProps = {
  subtask: Subtask;
  number: number;
  numbers: ReadonlyMap<string, number>;
  brief: boolean;
};

function Row({ subtask, number, numbers, brief }: RowProps) {
  const { text, tone } = subtaskState(subtask);
  const after = afterText(subtask.dependencies, numbers);
  const { seconds, estimate_seconds: estimate, attempts } = subtask;
  return (
    <li className={cx("flex gap-3", brief ? "py-2" : "py-3.5")}>
      <span
        aria-hidden="true"
        className="mt-0.5 grid size-5.5 shrink-0 place-items-center rounded-full bg-sunken text-xs font-semibold text-ink-soft tabular-nums"
      >
        {number}
      </span>
      <div className="min-w-0 flex-1">
        <p className={cx("[overflow-wrap:anywhere]", brief && "text-sm")}>{subtask.description}</p>
        <p className="mt-1 flex flex-wrap items-center gap-x-3 gap-y-0.5 text-[0.8125rem] text-ink-faint">
          <StateDot tone={tone}>{text}</StateDot>
          <span>{subtask.agent}</span>
          {after !== null && <span>{after}</span>}
          {seconds !== null && <span className="tabular-nums">{secondsText(seconds)}</span>}
          {seconds === null && estimate !== null && <span>about {secondsText(estimate)}</span>}
          {attempts > 1 && <span>{attempts} attempts</span>}
        </p>
        {subtask.error !== null && (
          <p className="mt-1 text-sm leading-snug text-ink-soft [overflow-wrap:anywhere]">
            {subtask.error}
          </p>
        )}
        {!brief && <Output subtask={subtask} />}
      </div>
    </li>
  );
}

/** The parts of a plan in order: how far each is, whose it is and what it waits for. */
export function Subtasks({ plan, brief = false }: { plan: Plan; brief?: boolean }) {
  const numbers = numbersOf(plan.subtasks);
  return (
    <ol aria-label="Parts" className={cx(!brief && "divide-y divide-line")}>
      {plan.subtasks.map((subtask, index) => (
        <Row
          key={subtask.id}
          subtask={subtask}
          number={index + 1}
          numbers={numbers}
          brief={brief}
        />
      ))}
    </ol>
  );
}
