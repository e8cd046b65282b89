import { Link } from "react-router";

import type { Ballot, Vote } from "../../api/plans";
import { Section } from "../../console/Section";
import { secondsText } from "../../console/times";
import { When } from "../../console/When";
import { StateDot, Tag } from "../../design/Badge";
import { Confidence } from "./marks";
import { useVote } from "./queries";
import { choiceState, outcomeState, tallyText, voterName } from "./words";

function BallotRow({ ballot, dissents }: { ballot: Ballot; dissents: boolean }) {
  const { text, tone } = choiceState(ballot.vote);
  return (
    <li className="py-3">
      <p className="flex flex-wrap items-center gap-x-4 gap-y-1">
        <span title={ballot.agent} className="font-medium">
          {voterName(ballot.agent)}
        </span>
        <StateDot tone={tone}>{text}</StateDot>
        {ballot.vote !== "none" && (
          <span className="text-sm text-ink-soft">
            <span className="sr-only">Confidence: </span>
            <Confidence value={ballot.confidence} />
          </span>
        )}
        {dissents && <Tag>Dissents</Tag>}
        <span className="text-[0.8125rem] text-ink-faint tabular-nums">
          {secondsText(ballot.seconds)}
        </span>
      </p>
      {(ballot.reason !== "" || ballot.error !== null) && (
        <p
          dir="auto"
          className="mt-1 text-sm leading-relaxed whitespace-pre-wrap text-ink-soft [overflow-wrap:anywhere]"
        >
          {ballot.error ?? ballot.reason}
        </p>
      )}
    </li>
  );
}

/** A vote of agents: what came out, how each voted and why, and who was of another mind. */
export function VoteView({ vote, titled = true }: { vote: Vote; titled?: boolean }) {
  return (
    <>
      {titled && <p className="mb-1 text-[0.9375rem] [overflow-wrap:anywhere]">{vote.subject}</p>}
      <p className="text-sm text-ink-soft">{tallyText(vote)}</p>
      <ul aria-label="Votes" className="mt-2 divide-y divide-line">
        {vote.votes.map((ballot) => (
          <BallotRow
            key={ballot.agent}
            ballot={ballot}
            dissents={vote.dissent.includes(ballot.agent)}
          />
        ))}
      </ul>
      <p className="mt-1 text-[0.8125rem] text-ink-faint">
        Held <When at={vote.created_at} />
        {vote.approval_id !== null && (
          <>
            {" · "}
            <Link
              to={`/console/approvals/${encodeURIComponent(vote.approval_id)}`}
              className="text-accent underline-offset-4 hover:underline"
            >
              The request that rests on it
            </Link>
          </>
        )}
      </p>
    </>
  );
}

export function OutcomeDot({ vote }: { vote: Pick<Vote, "outcome"> }) {
  const { text, tone } = outcomeState(vote.outcome);
  return <StateDot tone={tone}>{text}</StateDot>;
}

/** The vote of that id, where it belongs to something else. */
export function VoteOf({ id }: { id: string }) {
  const vote = useVote(id);
  return (
    <Section
      title="What other agents say"
      aside={vote.data !== undefined && <OutcomeDot vote={vote.data} />}
    >
      {vote.data !== undefined && <VoteView vote={{ ...vote.data, approval_id: null }} />}
      {vote.isPending && (
        <p role="status" className="text-sm text-ink-faint">
          Loading the vote…
        </p>
      )}
      {vote.isError && (
        <p role="alert" className="text-sm text-danger">
          The vote could not be loaded. {vote.error.message}
        </p>
      )}
    </Section>
  );
}
