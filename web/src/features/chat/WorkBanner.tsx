import { Notice } from "../../design/Notice";
import type { AskedFor, PlanProgress, Work } from "./state/work";

const sentence = (text: string): string => text.trim().replace(/[.!]$/, "");

/** What a member of the team looks at first; several are told in one line. */
function Asked({ asked }: { asked: AskedFor[] }) {
  const [first, ...more] = asked;
  if (first === undefined) return null;
  const late = asked.some(({ status }) => status === "escalated");
  const what = sentence(first.summary);
  return (
    <Notice icon="approval" tone="help">
      <strong className="font-semibold">
        A colleague is looking at your {asked.length === 1 ? "request" : "requests"}.
      </strong>{" "}
      {what !== "" && <>{what}. </>}
      {more.length > 0 && <>And {more.length} more. </>}
      {late ? "It takes longer than usual. " : ""}
      The answer comes here; you can go on writing.
    </Notice>
  );
}

/** "3 of 5 parts done"; before there are parts, that they are being found. */
export function progressText({ ended, all }: Pick<PlanProgress, "ended" | "all">): string {
  if (all === 0) return "finding its parts…";
  return `${ended} of ${all} ${all === 1 ? "part" : "parts"} done`;
}

function Plan({ plan }: { plan: PlanProgress }) {
  const words = progressText(plan);
  return (
    <Notice icon="plan">
      <span className="flex flex-wrap items-center gap-x-3 gap-y-1.5">
        <span>Working on everything you asked: {words}</span>
        {plan.all > 0 && (
          <span
            role="progressbar"
            aria-label={words}
            aria-valuemin={0}
            aria-valuemax={plan.all}
            aria-valuenow={plan.ended}
            className="h-1.5 w-24 overflow-hidden rounded-full bg-line"
          >
            <span
              className="block h-full rounded-full bg-accent transition-[width] duration-300"
              style={{ width: `${(plan.ended / plan.all) * 100}%` }}
            />
          </span>
        )}
      </span>
    </Notice>
  );
}

/** What goes on beside the words: requests that wait for a person, and tasks in parts. */
export function WorkBanner({ work }: { work: Work }) {
  return (
    <>
      <Asked asked={work.asked} />
      {work.plans.map((plan) => (
        <Plan key={plan.id} plan={plan} />
      ))}
    </>
  );
}
