import type { ApprovalDetails } from "../../api/approvals";
import { Section } from "../../console/Section";
import { useAllowed } from "../account/useAuth";
import { Confidence } from "../plans/marks";
import { VoteOf } from "../plans/VoteView";
import { type Argument, argumentsOf, kindText, worthText } from "./words";

function Value({ value, instead }: Argument) {
  if (instead === null) return value;
  return (
    <>
      <del className="text-ink-faint">{value}</del>{" "}
      <ins className="font-medium no-underline">
        <span className="sr-only">changed to </span>
        {instead}
      </ins>
    </>
  );
}

/** What the agent wants to do, in words and with everything it gives along. */
export function Proposal({ approval }: { approval: ApprovalDetails }) {
  const { action, decision } = approval;
  const worth = worthText(action);
  return (
    <Section title="What the agent wants to do">
      <p className="flex flex-wrap items-baseline gap-x-4 gap-y-1">
        {worth !== null && (
          <span className="text-2xl font-semibold tracking-tight tabular-nums">{worth}</span>
        )}
        <span className="text-ink-soft">{kindText(action.kind)}</span>
        <span className="font-mono text-[0.8125rem] text-ink-faint">{action.tool}</span>
      </p>
      <table className="mt-4 w-full border-collapse text-[0.9375rem]">
        <caption className="sr-only">What it gives along</caption>
        <tbody>
          {argumentsOf(action.arguments, decision?.arguments ?? null).map((argument) => (
            <tr key={argument.name} className="border-b border-line align-top last:border-0">
              <th
                scope="row"
                className="w-36 py-2 pe-4 text-start text-sm font-normal text-ink-faint sm:w-44"
              >
                {argument.label}
              </th>
              <td dir="auto" className="py-2 whitespace-pre-wrap [overflow-wrap:anywhere]">
                <Value {...argument} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Section>
  );
}

/** Why a person is asked, why the agent wants it, what other agents say, and what the customer wrote. */
export function Why({ approval }: { approval: ApprovalDetails }) {
  const mayVotes = useAllowed("plans:read");
  const { reasons, reasoning, confidence, consensus_id: vote, message } = approval;
  return (
    <>
      {message !== "" && (
        <Section title="What the customer wrote">
          <blockquote
            dir="auto"
            className="w-fit max-w-full rounded-2xl bg-sunken px-4 py-2.5 text-[0.9375rem] leading-relaxed whitespace-pre-wrap [overflow-wrap:anywhere]"
          >
            {message}
          </blockquote>
        </Section>
      )}
      <Section title="Why">
        <div className="space-y-3 text-[0.9375rem] leading-relaxed">
          {reasons.length > 0 && (
            <p>
              <span className="text-ink-faint">A person is asked because </span>
              {reasons.join("; ")}.
            </p>
          )}
          {reasoning !== "" && (
            <p dir="auto" className="whitespace-pre-wrap [overflow-wrap:anywhere]">
              {reasoning}
            </p>
          )}
          {confidence !== null && (
            <p className="flex flex-wrap items-center gap-x-2 text-sm text-ink-soft">
              The agent’s own confidence: <Confidence value={confidence} />
            </p>
          )}
        </div>
      </Section>
      {vote !== null && mayVotes && <VoteOf id={vote} />}
    </>
  );
}
