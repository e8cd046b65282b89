import { type CSSProperties, useState } from "react";

import { BOX } from "../../design/Control";
import { cx } from "../../design/cx";
import { type FieldProps, useFieldState } from "../context";
import type { FieldOf } from "../fields";

type NumberInputProps = FieldProps & { field: FieldOf<"number">; id: string; describedBy?: string };

/** While a number is being typed ("-", "0.") it is not one yet: the text is kept beside the value. */
function useTyped(value: number | null, set: (value: number | null) => void) {
  const [typed, setTyped] = useState<string | null>(null);
  return {
    text: typed ?? (value === null ? "" : String(value)),
    type: (text: string) => {
      setTyped(text);
      const number = Number(text);
      set(text.trim() === "" || Number.isNaN(number) ? null : number);
    },
    leave: () => {
      setTyped(null);
    },
  };
}

function Slider(props: NumberInputProps & { min: number; max: number }) {
  const { field, path, value, min, max } = props;
  const { disabled, set } = useFieldState(path, value);
  const number = typeof value === "number" ? value : null;
  const shown = Math.min(max, Math.max(min, number ?? (min + max) / 2));
  const share = ((shown - min) / (max - min)) * 100;
  return (
    <input
      type="range"
      aria-label={field.label}
      min={min}
      max={max}
      step={field.step}
      value={shown}
      disabled={disabled}
      style={{ "--share": `${share}%` } as CSSProperties}
      onChange={(event) => {
        set(Number(event.target.value));
      }}
      className={cx("slider min-w-0 flex-1", number === null && "opacity-50")}
    />
  );
}

/** A number to type; where the range is small, to slide as well. */
export function NumberInput(props: NumberInputProps) {
  const { field, id, path, value, describedBy } = props;
  const { error, disabled, set } = useFieldState(path, value);
  const { text, type, leave } = useTyped(typeof value === "number" ? value : null, set);
  const { min, max, slider } = field;
  const box = (
    <input
      id={id}
      inputMode={field.step % 1 === 0 ? "numeric" : "decimal"}
      value={text}
      disabled={disabled}
      placeholder={field.nullable ? "Not set" : undefined}
      aria-invalid={error !== null}
      aria-describedby={describedBy}
      onBlur={leave}
      onChange={(event) => {
        type(event.target.value);
      }}
      className={cx(
        BOX,
        "h-10.5 tabular-nums",
        slider && "shrink-0 px-2! text-center",
        slider && (field.nullable ? "w-21!" : "w-17!"),
      )}
    />
  );
  if (!slider || min === null || max === null) return box;
  return (
    <div className="flex items-center gap-4">
      <Slider {...props} min={min} max={max} />
      {box}
    </div>
  );
}
