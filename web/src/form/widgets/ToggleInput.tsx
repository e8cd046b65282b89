import { Below, ChangedDot, describedBy, Switch } from "../../design/Control";
import { type FieldProps, useFieldState } from "../context";
import type { FieldOf } from "../fields";

type ToggleInputProps = FieldProps & { field: FieldOf<"toggle"> };

export function ToggleInput({ field, path, value }: ToggleInputProps) {
  const { id, error, changed, disabled, set } = useFieldState(path, value);
  return (
    <div className="min-w-0 self-start">
      <div className="flex min-h-6 items-center gap-3">
        <label htmlFor={id} className="flex-1 text-sm font-medium">
          {field.label}
          {changed && <ChangedDot />}
        </label>
        <Switch
          id={id}
          checked={value === true}
          disabled={disabled}
          aria-describedby={describedBy(id, { error: error !== null, help: field.help !== null })}
          onChange={set}
        />
      </div>
      <Below id={id} help={field.help} error={error} />
    </div>
  );
}
