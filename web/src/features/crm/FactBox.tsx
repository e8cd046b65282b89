import { useEffect, useRef } from "react";

import { Select, TextArea, TextBox } from "../../design/Control";
import type { Fact } from "./facts";

type FactBoxProps = {
  fact: Fact;
  id: string;
  value: string;
  invalid: boolean;
  describes: string | undefined;
  onChange: (value: string) => void;
  onCancel: () => void;
};

function Choices({ fact, value }: Pick<FactBoxProps, "fact" | "value">) {
  const options = fact.options ?? [];
  const known = value === "" || options.some((option) => option.value === value);
  return (
    <>
      {fact.fixed !== true && <option value="">Not known</option>}
      {!known && <option value={value}>{value}</option>}
      {options.map((option) => (
        <option key={option.value} value={option.value}>
          {option.label}
        </option>
      ))}
    </>
  );
}

/** What is typed is judged by the server, in words; the browser's own bubbles say less. */
const TYPES = { line: "text", number: "text", email: "text", tel: "tel", date: "date" } as const;
const MODES = { line: "text", number: "decimal", email: "email", tel: "tel", date: "text" } as const;

/** Where the new value is typed or chosen. It takes the focus; Escape leaves everything as it was. */
export function FactBox(props: FactBoxProps) {
  const { fact, id, value, invalid, describes, onChange, onCancel } = props;
  const box = useRef<HTMLInputElement & HTMLTextAreaElement & HTMLSelectElement>(null);
  useEffect(() => {
    box.current?.focus();
  }, []);
  const common = {
    ref: box,
    id,
    value,
    "aria-label": fact.label,
    "aria-invalid": invalid,
    "aria-describedby": describes,
    onChange: (event: { target: { value: string } }) => {
      onChange(event.target.value);
    },
    onKeyDown: (event: { key: string }) => {
      if (event.key === "Escape") onCancel();
    },
  };
  if (fact.box === "choice") {
    return (
      <Select {...common}>
        <Choices fact={fact} value={value} />
      </Select>
    );
  }
  if (fact.box === "text") return <TextArea {...common} rows={2} className="min-h-16!" />;
  return (
    <TextBox
      {...common}
      type={TYPES[fact.box]}
      inputMode={MODES[fact.box]}
      autoComplete="off"
      spellCheck={false}
    />
  );
}
