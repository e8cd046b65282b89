import { isObject } from "../../data/json";
import { Below, describedBy, Switch } from "../../design/Control";
import { cx } from "../../design/cx";
import { type FieldProps, useFieldState, useForm } from "../context";
import { FieldView } from "../FieldView";
import { type Field, type FieldOf, fieldOf, type Part } from "../fields";
import { emptyValue, type Schema } from "../schema";

type GroupInputProps = FieldProps & { field: FieldOf<"group">; bare?: boolean };

const wide = (field: Field): boolean =>
  field.kind === "rows" ||
  field.kind === "map" ||
  field.kind === "group" ||
  field.kind === "words" ||
  field.kind === "json" ||
  (field.kind === "text" && field.multiline);

type PartsProps = FieldProps & { parts: Part[] };

/** Fields side by side where there is room, long ones over the whole width. */
export function Parts({ parts, path, value }: PartsProps) {
  const { root } = useForm();
  return (
    <div className="@container">
      <div className="grid gap-x-8 gap-y-6 @min-[26rem]:grid-cols-2">
        {parts.map((part) => (
          <div
            key={part.name}
            className={cx(
              "min-w-0 empty:hidden",
              wide(fieldOf(part.schema, part.name, root)) && "@min-[26rem]:col-span-2",
            )}
          >
            <FieldView
              schema={part.schema}
              name={part.name}
              path={[...path, part.name]}
              value={isObject(value) ? value[part.name] : undefined}
            />
          </div>
        ))}
      </div>
    </div>
  );
}

/** A group that may be left out as a whole. */
function Optional({ field, path, value }: FieldProps & { field: FieldOf<"group"> }) {
  const { root } = useForm();
  const { id, error, disabled, set } = useFieldState(path, value);
  const schema: Schema = { ...field.schema };
  delete schema.default;
  return (
    <div className={cx(isObject(value) && "mb-5")}>
      <div className="flex items-center gap-3">
        <label htmlFor={id} className="text-sm font-medium">
          Set for this agent
        </label>
        <Switch
          id={id}
          checked={isObject(value)}
          disabled={disabled}
          aria-describedby={describedBy(id, { error: error !== null, help: false })}
          onChange={(on) => {
            set(on ? emptyValue(schema, root) : null);
          }}
        />
      </div>
      <Below id={id} error={error} />
    </div>
  );
}

/** Fields that belong together. Within another group they get a heading of their own. */
export function GroupInput({ field, bare = false, path, value }: GroupInputProps) {
  const { error } = useFieldState(path, value);
  const there = isObject(value);
  const body = (
    <>
      {field.nullable && <Optional field={field} path={path} value={value} />}
      {!field.nullable && error !== null && <Below id={`field-${path.join("-")}`} error={error} />}
      {(there || !field.nullable) && <Parts parts={field.parts} path={path} value={value} />}
    </>
  );
  if (bare) return body;
  return (
    <fieldset className="rounded-2xl border border-line p-4">
      <legend className="px-1.5 text-sm font-medium">{field.label}</legend>
      {field.help !== null && (
        <p className="mb-4 text-[0.8125rem] leading-snug text-ink-faint">{field.help}</p>
      )}
      {body}
    </fieldset>
  );
}
