import { same } from "../../data/json";
import { Select } from "../../design/Control";
import { type FieldProps, useFieldState } from "../context";
import type { FieldOf } from "../fields";
import { choiceText, valueText } from "../words";

type ChoiceInputProps = FieldProps & { field: FieldOf<"choice">; id: string; describedBy?: string };

const UNSET = "unset";

export function ChoiceInput({ field, id, path, value, describedBy }: ChoiceInputProps) {
  const { error, disabled, set } = useFieldState(path, value);
  const at = field.options.findIndex((option) => same(option, value));
  const known = at >= 0 || value === null || value === undefined;
  return (
    <Select
      id={id}
      disabled={disabled}
      value={at >= 0 ? String(at) : UNSET}
      aria-invalid={error !== null}
      aria-describedby={describedBy}
      onChange={(event) => {
        const choice = event.target.value;
        set(choice === UNSET ? null : (field.options[Number(choice)] ?? null));
      }}
    >
      {(field.nullable || at < 0) && (
        <option value={UNSET}>{known ? "Not set" : valueText(value)}</option>
      )}
      {field.options.map((option, index) => (
        <option key={index} value={String(index)}>
          {choiceText(option)}
        </option>
      ))}
    </Select>
  );
}
