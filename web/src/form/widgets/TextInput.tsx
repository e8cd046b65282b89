import { TextArea, TextBox } from "../../design/Control";
import { type FieldProps, useFieldState } from "../context";
import type { FieldOf } from "../fields";
import { exampleText } from "../words";

type TextInputProps = FieldProps & { field: FieldOf<"text">; id: string; describedBy?: string };

const TYPES: Record<string, string> = { email: "email", uri: "url", date: "date", time: "time" };

export function TextInput({ field, id, path, value, describedBy }: TextInputProps) {
  const { error, disabled, set } = useFieldState(path, value);
  const shared = {
    id,
    disabled,
    value: typeof value === "string" ? value : "",
    placeholder: exampleText(field.example),
    "aria-invalid": error !== null,
    "aria-describedby": describedBy,
    onChange: (event: { target: { value: string } }) => {
      const text = event.target.value;
      set(text === "" && field.nullable ? null : text);
    },
  };
  if (field.multiline) return <TextArea {...shared} />;
  const box = { ...shared, type: TYPES[field.format ?? ""] ?? "text" };
  // Several examples are proposals: one may choose one, or type something else.
  const proposals = (field.schema.examples ?? []).filter((example) => typeof example === "string");
  if (proposals.length < 2) return <TextBox {...box} />;
  return (
    <>
      <TextBox {...box} list={`${id}-proposals`} />
      <datalist id={`${id}-proposals`}>
        {proposals.map((proposal) => (
          <option key={proposal} value={proposal} />
        ))}
      </datalist>
    </>
  );
}
