import { createContext, useContext } from "react";

import { type Json, type Path, pathText, same, valueAt } from "../data/json";
import type { Schema } from "./schema";
import type { Problems } from "./validate";

export type FormContext = {
  root: Schema;
  saved: Json;
  problems: Problems;
  disabled: boolean;
  /** Kept by the server; not shown. Dotted paths. */
  hidden: ReadonlySet<string>;
  onChange: (path: Path, value: Json | undefined) => void;
};

const Context = createContext<FormContext | null>(null);
export const FormProvider = Context.Provider;

export function useForm(): FormContext {
  const form = useContext(Context);
  if (form === null) throw new Error("useForm needs a FormProvider above it.");
  return form;
}

/** What the form knows of one field, besides its schema and value. */
export function useFieldState(path: Path, value: Json | undefined) {
  const { problems, saved, disabled, onChange } = useForm();
  const key = pathText(path);
  return {
    id: `field-${path.join("-")}`,
    error: problems.get(key) ?? null,
    changed: !same(valueAt(saved, path), value),
    disabled,
    set: (next: Json | undefined) => {
      onChange(path, next);
    },
  };
}

export type FieldProps = {
  path: Path;
  value: Json | undefined;
};
