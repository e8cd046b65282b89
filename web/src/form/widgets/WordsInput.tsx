import { useState } from "react";

import { same } from "../../data/json";
import { BOX } from "../../design/Control";
import { cx } from "../../design/cx";
import { Icon } from "../../design/Icon";
import { type FieldProps, useFieldState, useForm } from "../context";
import type { FieldOf } from "../fields";
import { choiceText, exampleText } from "../words";

type WordsInputProps = FieldProps & { field: FieldOf<"words">; id: string; describedBy?: string };

/** A closed set of choices: each on or off. */
function Checks({ field, id, path, value, describedBy }: WordsInputProps) {
  const { disabled, set } = useFieldState(path, value);
  const chosen = Array.isArray(value) ? value : [];
  return (
    <div
      id={id}
      role="group"
      aria-label={field.label}
      aria-describedby={describedBy}
      className="flex flex-wrap gap-x-5 gap-y-2"
    >
      {field.options?.map((option, index) => (
        <label key={index} className="flex min-h-8 items-center gap-2.5 text-[0.9375rem]">
          <input
            type="checkbox"
            disabled={disabled}
            checked={chosen.some((item) => same(item, option))}
            onChange={(event) => {
              const rest = chosen.filter((item) => !same(item, option));
              set(event.target.checked ? [...rest, option] : rest);
            }}
            className="size-4.5 accent-accent"
          />
          {choiceText(option)}
        </label>
      ))}
    </div>
  );
}

function Word({
  word,
  error,
  onRemove,
}: {
  word: string;
  error: string | null;
  onRemove: (() => void) | null;
}) {
  return (
    <li
      title={error ?? undefined}
      className={cx(
        "flex max-w-full items-center gap-1 rounded-lg py-0.5 ps-2.5 text-sm leading-6",
        onRemove === null && "pe-2.5",
        error === null ? "bg-accent-soft text-accent-soft-ink" : "bg-danger-soft text-danger",
      )}
    >
      <span className="min-w-0 break-words">{word}</span>
      {error !== null && <span className="sr-only">: {error}</span>}
      {onRemove !== null && (
        <button
          type="button"
          aria-label={`Remove ${word}`}
          onClick={onRemove}
          className="grid size-6 shrink-0 place-items-center rounded-lg hover:bg-surface"
        >
          <Icon name="close" size={13} />
        </button>
      )}
    </li>
  );
}

/** A list of words or phrases: Enter adds one, Backspace in the empty box removes the last. */
function Words({ field, id, path, value, describedBy }: WordsInputProps) {
  const { disabled, error, set } = useFieldState(path, value);
  const { problems } = useForm();
  const [text, setText] = useState("");
  const words = Array.isArray(value) ? value.map(String) : [];
  const add = () => {
    const word = text.trim();
    setText("");
    if (word !== "" && !words.includes(word)) set([...words, word]);
  };
  const firstWrong = words
    .map((_, index) => problems.get([...path, index].join(".")))
    .find(Boolean);
  return (
    <>
      <div
        className={cx(
          BOX,
          "flex min-h-10.5 flex-wrap items-center gap-1.5 px-1.5! py-1.5 has-[input:focus-visible]:border-accent has-[input:focus-visible]:outline-2 has-[input:focus-visible]:outline-offset-[-1px] has-[input:focus-visible]:outline-accent",
          disabled && "border-line! bg-transparent!",
        )}
      >
        <ul aria-label={field.label} className="contents">
          {words.map((word, index) => (
            <Word
              key={`${word}-${index}`}
              word={word}
              error={problems.get([...path, index].join(".")) ?? null}
              onRemove={
                disabled
                  ? null
                  : () => {
                      set(words.filter((_, other) => other !== index));
                    }
              }
            />
          ))}
        </ul>
        {disabled ? (
          words.length === 0 && <span className="px-2 text-ink-soft">None</span>
        ) : (
          <input
            id={id}
            value={text}
            placeholder={words.length === 0 ? exampleOf(field) : "Add…"}
            aria-invalid={error !== null || firstWrong !== undefined}
            aria-describedby={describedBy}
            onBlur={add}
            onChange={(event) => {
              setText(event.target.value);
            }}
            onKeyDown={(event) => {
              if (event.nativeEvent.isComposing) return;
              if (event.key === "Enter") {
                event.preventDefault();
                add();
              } else if (event.key === "Backspace" && text === "" && words.length > 0) {
                set(words.slice(0, -1));
              }
            }}
            className="h-7.5 min-w-24 flex-1 bg-transparent px-2 outline-none placeholder:text-ink-faint"
          />
        )}
      </div>
      {firstWrong !== undefined && error === null && (
        <p className="mt-1.5 text-[0.8125rem] font-medium text-danger">{firstWrong}</p>
      )}
    </>
  );
}

function exampleOf(field: FieldOf<"words">): string {
  const first = Array.isArray(field.example) ? field.example[0] : undefined;
  return exampleText(first) ?? "Type, then press Enter";
}

export function WordsInput(props: WordsInputProps) {
  return props.field.options === null ? <Words {...props} /> : <Checks {...props} />;
}
