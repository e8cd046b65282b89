import { useState } from "react";

import { isObject, type JsonObject } from "../../data/json";
import { Button, IconButton } from "../../design/Button";
import { TextBox } from "../../design/Control";
import { type FieldProps, useFieldState, useForm } from "../context";
import { FieldView } from "../FieldView";
import type { FieldOf } from "../fields";
import { emptyValue } from "../schema";

type MapInputProps = FieldProps & { field: FieldOf<"map">; id: string };

/** Entries that are found by a name of one's own choosing. */
export function MapInput({ field, id, path, value }: MapInputProps) {
  const { root } = useForm();
  const { disabled, set } = useFieldState(path, value);
  const [name, setName] = useState("");
  const entries: JsonObject = isObject(value) ? value : {};
  const add = () => {
    const key = name.trim();
    if (key === "" || Object.hasOwn(entries, key)) return;
    setName("");
    set({ ...entries, [key]: emptyValue(field.value, root) });
  };
  return (
    <div className="space-y-3">
      {Object.entries(entries).map(([key, entry]) => (
        <div
          key={key}
          className="flex items-start gap-1 rounded-2xl border border-line bg-surface py-4 ps-4 pe-2"
        >
          <div className="min-w-0 flex-1">
            <FieldView
              bare
              schema={{ ...field.value, title: key }}
              name={key}
              path={[...path, key]}
              value={entry}
            />
          </div>
          {!disabled && (
            <IconButton
              small
              label={`Remove ${key}`}
              icon="trash"
              onClick={() => {
                set(Object.fromEntries(Object.entries(entries).filter(([other]) => other !== key)));
              }}
            />
          )}
        </div>
      ))}
      {!disabled && (
        <div className="flex gap-2.5">
          <TextBox
            id={id}
            value={name}
            placeholder="Name of a new entry"
            aria-label={`Name of a new entry for ${field.label}`}
            className="max-w-60"
            onChange={(event) => {
              setName(event.target.value);
            }}
            onKeyDown={(event) => {
              if (event.key !== "Enter") return;
              event.preventDefault();
              add();
            }}
          />
          <Button small icon="plus" onClick={add}>
            Add
          </Button>
        </div>
      )}
    </div>
  );
}
