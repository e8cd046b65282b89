import { useId, useState } from "react";

import { Button } from "../../../design/Button";

const REASONS = [
  "Not what I asked",
  "Wrong or out of date",
  "Hard to follow",
  "Something is missing",
];
const MAX_REASON = 500;

type FeedbackFormProps = { onSend: (reason: string) => void; onSkip: () => void };

/** Asks what was wrong, after a thumb down; nothing of it is required. */
export function FeedbackForm({ onSend, onSkip }: FeedbackFormProps) {
  const id = useId();
  const [choice, setChoice] = useState("");
  const [words, setWords] = useState("");
  const reason = [choice, words.trim()].filter(Boolean).join(": ");
  return (
    <form
      aria-label="What was wrong?"
      className="mt-3 max-w-xl animate-rise rounded-2xl border border-line bg-surface p-4"
      onSubmit={(event) => {
        event.preventDefault();
        if (reason === "") onSkip();
        else onSend(reason);
      }}
    >
      <fieldset>
        <legend className="mb-3 text-sm font-medium">What was wrong? It is optional.</legend>
        <div className="flex flex-wrap gap-2">
          {REASONS.map((text) => (
            <label
              key={text}
              className="flex min-h-8 items-center rounded-full border border-line-strong px-3 text-sm text-ink-soft hover:border-accent hover:text-ink has-checked:border-accent has-checked:bg-accent-soft has-checked:text-accent-soft-ink has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-accent"
            >
              <input
                type="radio"
                name={id}
                checked={choice === text}
                onChange={() => {
                  setChoice(text);
                }}
                className="sr-only"
              />
              {text}
            </label>
          ))}
        </div>
      </fieldset>
      <textarea
        aria-label="In your own words"
        placeholder="In your own words"
        rows={2}
        maxLength={MAX_REASON}
        value={words}
        onChange={(event) => {
          setWords(event.target.value);
        }}
        className="mt-3 w-full resize-y rounded-xl border border-line-strong bg-paper px-3 py-2 text-[0.9375rem] placeholder:text-ink-faint"
      />
      <div className="mt-3 flex gap-2">
        <Button type="submit" small look="solid">
          Send
        </Button>
        <Button small look="plain" onClick={onSkip}>
          Skip
        </Button>
      </div>
    </form>
  );
}
