import { Button } from "../design/Button";
import { Labelled } from "../design/Control";
import { pathText, same } from "../data/json";
import { type FieldProps, useFieldState, useForm } from "./context";
import { type Field, fieldOf } from "./fields";
import type { Schema } from "./schema";
import { ChoiceInput } from "./widgets/ChoiceInput";
import { GroupInput } from "./widgets/GroupInput";
import { JsonInput } from "./widgets/JsonInput";
import { MapInput } from "./widgets/MapInput";
import { NumberInput } from "./widgets/NumberInput";
import { RowsInput } from "./widgets/RowsInput";
import { TextInput } from "./widgets/TextInput";
import { ToggleInput } from "./widgets/ToggleInput";
import { WordsInput } from "./widgets/WordsInput";
import { valueText } from "./words";

const SHORT = 40;

/** What a field for this is called, what it is for, and what it holds when nobody says otherwise. */
function Help({ field }: { field: Field }) {
  const fallback = field.fallback;
  const text = fallback === undefined || fallback === null ? "" : valueText(fallback);
  const tells = text !== "" && text !== "none" && text !== "not set" && text.length <= SHORT;
  const simple = field.kind !== "group" && field.kind !== "rows" && field.kind !== "json";
  return (
    <>
      {field.help}
      {tells && simple && (
        <>
          {" "}
          <span className="whitespace-nowrap">Default: {text}.</span>
        </>
      )}
    </>
  );
}

function ResetToDefault({ field, ...props }: FieldProps & { field: Field }) {
  const { set, disabled } = useFieldState(props.path, props.value);
  const { fallback } = field;
  if (disabled || fallback === undefined || same(fallback, props.value)) return null;
  return (
    <Button
      look="inline"
      className="text-[0.8125rem]! font-normal! text-ink-faint hover:text-ink"
      aria-label={`Reset ${field.label} to the default`}
      onClick={() => {
        set(fallback);
      }}
    >
      Reset
    </Button>
  );
}

export type InputProps<F extends Field> = FieldProps & {
  field: F;
  id: string;
  describedBy?: string;
};

function Control({ field, ...props }: InputProps<Field>) {
  switch (field.kind) {
    case "text":
      return <TextInput field={field} {...props} />;
    case "number":
      return <NumberInput field={field} {...props} />;
    case "choice":
      return <ChoiceInput field={field} {...props} />;
    case "words":
      return <WordsInput field={field} {...props} />;
    case "rows":
      return <RowsInput field={field} {...props} />;
    case "map":
      return <MapInput field={field} {...props} />;
    case "toggle":
    case "group":
    case "json":
      return <JsonInput field={field} {...props} />;
  }
}

type FieldViewProps = FieldProps & { schema: Schema; name: string; bare?: boolean };

/** One field of the form, whatever its schema asks for. */
export function FieldView({ schema, name, bare = false, ...props }: FieldViewProps) {
  const { root, hidden } = useForm();
  const field = fieldOf(schema, name, root);
  const state = useFieldState(props.path, props.value);
  if (field.readOnly || hidden.has(pathText(props.path))) return null;
  if (field.kind === "group") return <GroupInput field={field} bare={bare} {...props} />;
  if (field.kind === "toggle") return <ToggleInput field={field} {...props} />;
  const help = <Help field={field} />;
  return (
    <Labelled
      label={field.label}
      htmlFor={state.id}
      error={state.error}
      changed={state.changed}
      help={help}
      aside={<ResetToDefault field={field} {...props} />}
    >
      <Control
        field={field}
        id={state.id}
        describedBy={[state.error !== null && `${state.id}-error`, `${state.id}-help`]
          .filter(Boolean)
          .join(" ")}
        {...props}
      />
    </Labelled>
  );
}
