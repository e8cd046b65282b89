import { Button, IconButton } from "../../design/Button";
import { type FieldProps, useFieldState, useForm } from "../context";
import { FieldView } from "../FieldView";
import type { FieldOf } from "../fields";
import { emptyValue } from "../schema";

type RowsInputProps = FieldProps & { field: FieldOf<"rows">; id: string };

const moved = <T,>(items: T[], from: number, to: number): T[] => {
  const rest = items.filter((_, index) => index !== from);
  return [...rest.slice(0, to), ...items.slice(from, from + 1), ...rest.slice(to)];
};

/** A list of entries that have fields of their own; their order may matter. */
export function RowsInput({ field, id, path, value }: RowsInputProps) {
  const { root } = useForm();
  const { disabled, set } = useFieldState(path, value);
  const rows = Array.isArray(value) ? value : [];
  const most = field.schema.maxItems ?? Infinity;
  return (
    <div>
      {rows.length === 0 && <p className="py-1 text-[0.9375rem] text-ink-soft">None yet.</p>}
      <ol aria-label={field.label} className="space-y-3">
        {rows.map((row, index) => (
          <li
            key={index}
            className="flex gap-1 rounded-2xl border border-line bg-surface py-4 ps-4 pe-2"
          >
            <div className="min-w-0 flex-1">
              <FieldView
                bare
                schema={field.item}
                name={`Entry ${index + 1}`}
                path={[...path, String(index)]}
                value={row}
              />
            </div>
            {!disabled && (
              <div className="-mt-1.5 flex flex-col">
                <IconButton
                  small
                  label={`Remove entry ${index + 1}`}
                  icon="trash"
                  onClick={() => {
                    set(rows.filter((_, other) => other !== index));
                  }}
                />
                {index > 0 && (
                  <IconButton
                    small
                    label={`Move entry ${index + 1} up`}
                    icon="arrowUp"
                    onClick={() => {
                      set(moved(rows, index, index - 1));
                    }}
                  />
                )}
              </div>
            )}
          </li>
        ))}
      </ol>
      {!disabled && rows.length < most && (
        <Button
          small
          id={id}
          icon="plus"
          className="mt-3"
          onClick={() => {
            set([...rows, emptyValue(field.item, root)]);
          }}
        >
          Add
        </Button>
      )}
    </div>
  );
}
