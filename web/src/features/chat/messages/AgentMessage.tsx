import type { ReactNode } from "react";

import type { Citation, Message } from "../../../api/types";
import { BellMark } from "../../../design/BellMark";
import { Button } from "../../../design/Button";
import { cx } from "../../../design/cx";
import { Icon } from "../../../design/Icon";
import { RouteNote } from "../../routing/RouteNote";
import { useOperatorsView } from "../../routing/operatorsView";
import { breadcrumb, inOrder } from "../sources/words";
import { AnswerActions } from "./AnswerActions";
import { AnswerText } from "./AnswerText";
import { TimeStamp } from "./TimeStamp";

export const ASK_FOR_A_PERSON = "I would like to talk to a person.";

type SpeakerProps = { name: string; person?: boolean; children: ReactNode };

/** The frame of everything the other side says: mark in the margin, name, then the words. */
export function Speaker({ name, person = false, children }: SpeakerProps) {
  return (
    <div className="grid grid-cols-[auto_1fr] gap-x-3">
      {person ? (
        <span className="grid size-7 place-items-center rounded-[28%] bg-accent-soft text-accent-soft-ink">
          <Icon name="person" size={18} />
        </span>
      ) : (
        <BellMark className="size-7" />
      )}
      <p className="self-center text-sm font-semibold">{name}</p>
      <div className="col-span-2 mt-1.5 min-w-0 sm:col-span-1 sm:col-start-2 sm:mt-0.5">
        {children}
      </div>
    </div>
  );
}

type FootnotesProps = {
  message: Message;
  active: number | null;
  onOpen: (number: number) => void;
};

/** Two passages of one article are told apart by where in it they stand. */
function footnoteTitle({ title, heading, number }: Citation, all: Citation[]): string {
  const twins = all.some((other) => other.title === title && other.number !== number);
  const place = twins ? breadcrumb(heading).at(-1) : undefined;
  return place === undefined || place === title ? title : `${title} › ${place}`;
}

/** The sources under an answer, like the notes at the foot of a page. */
function Footnotes({ message, active, onOpen }: FootnotesProps) {
  if (message.citations.length === 0) return null;
  return (
    <div className="mt-4 border-t border-line pt-2.5">
      <ol aria-label="Sources of this answer" className="-ms-1.5 flex flex-wrap gap-x-2 gap-y-1">
        {inOrder(message.citations).map(({ number, ...citation }) => (
          <li key={number} className="max-w-full">
            <button
              type="button"
              aria-expanded={number === active}
              onClick={() => {
                onOpen(number);
              }}
              className="flex max-w-full items-center gap-2 rounded-lg py-1 ps-1.5 pe-2 text-[0.8125rem] text-ink-soft transition-colors hover:bg-sunken hover:text-ink"
            >
              <span className="sr-only">Source</span>{" "}
              <span
                className={cx(
                  "grid h-4.5 min-w-4.5 place-items-center rounded-[0.3rem] px-1 text-[0.6875rem] font-semibold text-marker-ink tabular-nums",
                  number === active ? "bg-marker" : "bg-marker-soft",
                )}
              >
                {number}
              </span>{" "}
              <span className="truncate">
                {footnoteTitle({ number, ...citation }, message.citations)}
              </span>
            </button>
          </li>
        ))}
      </ol>
    </div>
  );
}

/** The words of a person: a bubble of their own, and nothing in them is markup. */
function OperatorText({ message }: { message: Message }) {
  return (
    <>
      <div
        dir="auto"
        className="mt-1 w-fit max-w-full rounded-[1.25rem] rounded-ss-md bg-accent-soft px-4 py-2.5 leading-relaxed wrap-anywhere whitespace-pre-wrap text-accent-soft-ink"
      >
        {message.content}
      </div>
      <p className="mt-1.5 px-1 text-xs text-ink-faint">
        <TimeStamp iso={message.created_at} />
      </p>
    </>
  );
}

/** For the team, when they try an agent out: which one answered, and why. */
function Chosen({ message }: { message: Message }) {
  const { route } = message.metadata;
  if (!useOperatorsView() || route == null) return null;
  return <RouteNote route={route} className="mt-3 rounded-xl bg-sunken/60 px-3 py-2" />;
}

type AgentMessageProps = {
  message: Message;
  agentName: string;
  /** Of a session that has ended. */
  past: boolean;
  latest: boolean;
  active: number | null;
  onOpen: (messageId: string, number: number) => void;
  onAsk: (text: string) => void;
};

export function AgentMessage(props: AgentMessageProps) {
  const { message, agentName, past, latest, active, onOpen, onAsk } = props;
  const person = message.role === "operator";
  const name = person ? (message.metadata.operator_name ?? "Support team") : agentName;
  const offersPerson = latest && !past && message.metadata.offer_human === true;
  const open = (number: number) => {
    onOpen(message.id, number);
  };
  return (
    <article aria-label={name} data-testid="agent-message" data-message-id={message.id}>
      <Speaker name={name} person={person}>
        {person ? (
          <OperatorText message={message} />
        ) : (
          <AnswerText
            text={message.content}
            citations={message.citations}
            active={active}
            onOpen={open}
          />
        )}
        {offersPerson && (
          <div className="mt-4">
            <Button
              look="soft"
              icon="person"
              onClick={() => {
                onAsk(ASK_FOR_A_PERSON);
              }}
            >
              Talk to a person
            </Button>
          </div>
        )}
        <Chosen message={message} />
        <Footnotes message={message} active={active} onOpen={open} />
        {person ? null : <AnswerActions message={message} past={past} />}
      </Speaker>
    </article>
  );
}
