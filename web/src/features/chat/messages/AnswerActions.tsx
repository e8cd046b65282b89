import { useEffect, useState } from "react";

import type { Message } from "../../../api/types";
import { Button, IconButton } from "../../../design/Button";
import { withoutMarkers } from "./citations";
import { copyText } from "./copy";
import { FeedbackForm } from "./FeedbackForm";
import { TimeStamp } from "./TimeStamp";
import { useFeedback } from "./useFeedback";

const SHOWN_MS = 2_000;

function CopyButton({ message }: { message: Message }) {
  const [result, setResult] = useState<"copied" | "failed" | null>(null);
  useEffect(() => {
    if (result === null) return;
    const timer = setTimeout(() => {
      setResult(null);
    }, SHOWN_MS);
    return () => {
      clearTimeout(timer);
    };
  }, [result]);
  const copy = async () => {
    const numbers = message.citations.map((citation) => citation.number);
    const done = await copyText(withoutMarkers(message.content, numbers));
    setResult(done ? "copied" : "failed");
  };
  return (
    <>
      <IconButton
        small
        label="Copy answer"
        icon={result === "copied" ? "check" : "copy"}
        onClick={() => void copy()}
      />
      <span role="status" className="text-xs text-ink-soft empty:hidden">
        {result === "copied" && "Copied"}
        {result === "failed" && "Copying is not allowed here"}
      </span>
    </>
  );
}

type ThumbsProps = { score: number; onRate: (score: 1 | -1) => void };

function Thumbs({ score, onRate }: ThumbsProps) {
  return (
    <div role="group" aria-label="Was this helpful?" className="flex items-center gap-0.5">
      <IconButton
        small
        label="Helpful"
        icon="thumbUp"
        aria-pressed={score > 0}
        onClick={() => {
          onRate(1);
        }}
      />
      <IconButton
        small
        label="Not helpful"
        icon="thumbDown"
        aria-pressed={score < 0}
        onClick={() => {
          onRate(-1);
        }}
      />
    </div>
  );
}

/** Copy, thumbs, time. `past` answers can no longer be rated. */
export function AnswerActions({ message, past }: { message: Message; past: boolean }) {
  const [step, setStep] = useState<"idle" | "asking" | "thanked">("idle");
  const feedback = useFeedback(message);
  const score = message.feedback?.score ?? 0;

  const rate = (next: 1 | -1) => {
    const takesBack = Math.sign(score) === next;
    feedback.mutate(takesBack ? null : { score: next, reason: null });
    if (takesBack) setStep("idle");
    else setStep(next === -1 ? "asking" : "thanked");
  };

  return (
    <>
      <div className="-ms-2 mt-2 flex flex-wrap items-center gap-x-0.5 gap-y-1">
        <CopyButton message={message} />
        {!past && <Thumbs score={score} onRate={rate} />}
        <span className="ms-2 flex flex-wrap items-center gap-x-2">
          <TimeStamp iso={message.created_at} />
          {message.metadata.degraded === true && (
            <span className="text-xs text-ink-faint">
              <span aria-hidden="true">· </span>
              Answered without the language model
            </span>
          )}
        </span>
      </div>
      <div role="status" className="flex items-center gap-3 text-sm text-ink-soft empty:hidden">
        {feedback.isError && (
          <span className="text-danger">Your feedback was not saved. {feedback.error.message}</span>
        )}
        {!feedback.isError && step === "thanked" && (
          <>
            Thank you, that helps.
            <Button
              look="link"
              onClick={() => {
                feedback.mutate(null);
                setStep("idle");
              }}
            >
              Undo
            </Button>
          </>
        )}
      </div>
      {step === "asking" && !feedback.isError && (
        <FeedbackForm
          onSend={(reason) => {
            feedback.mutate({ score: -1, reason });
            setStep("thanked");
          }}
          onSkip={() => {
            setStep("thanked");
          }}
        />
      )}
    </>
  );
}
