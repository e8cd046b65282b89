import { useEffect, useState } from "react";

import { Button } from "../../../design/Button";
import { Notice } from "../../../design/Notice";
import type { Connection, CustomerItem, Failure } from "../state/model";
import { SentFiles } from "../files/SentFiles";
import { TimeStamp } from "./TimeStamp";

/** Seconds until a moment, counting down; 0 when it has come. */
function useCountdown(until: number | null): number {
  const [now, setNow] = useState(() => Date.now());
  const seconds = until === null ? 0 : Math.max(0, Math.ceil((until - now) / 1000));
  useEffect(() => {
    if (seconds === 0) return;
    const timer = setTimeout(() => {
      setNow(Date.now());
    }, 500);
    return () => {
      clearTimeout(timer);
    };
  }, [seconds, now]);
  return seconds;
}

type NotSentProps = { failure: Failure; onRetry: () => void; onEdit: () => void };

function NotSent({ failure, onRetry, onEdit }: NotSentProps) {
  const seconds = useCountdown(failure.retryAt);
  const soon = seconds === 0;
  return (
    <Notice
      tone="danger"
      className="mt-2 text-start"
      actions={
        <>
          {failure.retryable && (
            <Button
              look="inline"
              icon="retry"
              aria-disabled={!soon}
              onClick={soon ? onRetry : undefined}
            >
              {soon ? "Try again" : `Try again in ${seconds} s`}
            </Button>
          )}
          {!failure.stored && (
            <Button look="inline" icon="pencil" onClick={onEdit}>
              Edit
            </Button>
          )}
        </>
      }
    >
      <strong className="font-semibold">{failure.stored ? "Not answered" : "Not sent"}</strong>
      {failure.detail !== "" && <span> – {failure.detail}</span>}
    </Notice>
  );
}

const waitingWords = (connection: Connection): string =>
  connection === "connected" || connection === "limited"
    ? "Sending…"
    : "Will be sent when the connection is back";

type CustomerMessageProps = {
  item: CustomerItem;
  connection: Connection;
  onRetry: (key: string) => void;
  onEdit: (item: CustomerItem) => void;
};

export function CustomerMessage({ item, connection, onRetry, onEdit }: CustomerMessageProps) {
  const { delivery } = item;
  return (
    <article aria-label="You" data-testid="customer-message" className="flex flex-col items-end">
      <div
        dir="auto"
        className="max-w-[min(85%,34rem)] rounded-[1.25rem] rounded-ee-md bg-bubble px-4 py-2.5 leading-relaxed wrap-anywhere whitespace-pre-wrap text-bubble-ink"
      >
        {item.text}
      </div>
      {item.files !== undefined && <SentFiles files={item.files} />}
      {delivery.state !== "failed" && (
        <p className="mt-1.5 px-1 text-end text-xs text-ink-faint">
          {delivery.state === "waiting" ? waitingWords(connection) : <TimeStamp iso={item.at} />}
        </p>
      )}
      {delivery.state === "failed" && (
        <NotSent
          failure={delivery.failure}
          onRetry={() => {
            onRetry(item.key);
          }}
          onEdit={() => {
            onEdit(item);
          }}
        />
      )}
    </article>
  );
}
