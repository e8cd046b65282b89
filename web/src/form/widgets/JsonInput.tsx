import { useState } from "react";

import { type Json, same } from "../../data/json";
import { TextArea } from "../../design/Control";
import { type FieldProps, useFieldState } from "../context";
import type { Field } from "../fields";

type JsonInputProps = FieldProps & { field: Field; id: string; describedBy?: string };

function parsed(text: string): { value: Json } | null {
  if (text.trim() === "") return { value: null };
  try {
    return { value: JSON.parse(text) as Json };
  } catch {
    return null;
  }
}

const written = (value: Json | undefined): string =>
  value === undefined || value === null ? "" : JSON.stringify(value, null, 2);

/** What no other control fits: its JSON, taken over whenever it can be read. */
export function JsonInput({ id, path, value, describedBy }: JsonInputProps) {
  const { disabled, error, set } = useFieldState(path, value);
  const [typed, setTyped] = useState<string | null>(null);
  const reading = typed === null ? null : parsed(typed);
  const stale = reading !== null && !same(reading.value, value ?? null);
  const text = typed === null || stale ? written(value) : typed;
  const broken = typed !== null && reading === null;
  return (
    <>
      <TextArea
        id={id}
        disabled={disabled}
        value={broken ? typed : text}
        spellCheck={false}
        aria-invalid={broken || error !== null}
        aria-describedby={describedBy}
        className="font-mono text-[0.8125rem]!"
        onChange={(event) => {
          setTyped(event.target.value);
          const next = parsed(event.target.value);
          if (next !== null) set(next.value);
        }}
      />
      {broken && (
        <p role="alert" className="mt-1.5 text-[0.8125rem] font-medium text-danger">
          This is not JSON yet; the last readable state is kept.
        </p>
      )}
    </>
  );
}
