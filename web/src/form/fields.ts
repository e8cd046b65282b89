/** From a schema to what a form shows for it: a closed union of fields. Pure. */
import type { Json } from "../data/json";
import { nullable, resolved, type Schema } from "./schema";
import { labelOf } from "./words";

type Common = {
  label: string;
  help: string | null;
  nullable: boolean;
  fallback: Json | undefined;
  example: Json | undefined;
  readOnly: boolean;
  schema: Schema;
};

export type Part = { name: string; schema: Schema; required: boolean };

export type Field = Common &
  (
    | { kind: "group"; parts: Part[] }
    | { kind: "text"; multiline: boolean; format: string | null }
    | { kind: "number"; min: number | null; max: number | null; step: number; slider: boolean }
    | { kind: "toggle" }
    | { kind: "choice"; options: Json[] }
    | { kind: "words"; options: Json[] | null }
    | { kind: "rows"; item: Schema }
    | { kind: "map"; value: Schema }
    | { kind: "json" }
  );
export type FieldOf<K extends Field["kind"]> = Extract<Field, { kind: K }>;

type Shape = Field extends infer F ? (F extends Field ? Omit<F, keyof Common> : never) : never;

const LONG_TEXT = 200;
const SLIDER_STEPS = 100;

function choices(schema: Schema, root: Schema): Json[] | null {
  if (schema.enum !== undefined) return schema.enum;
  if (schema.const !== undefined) return [schema.const];
  const branches = (schema.anyOf ?? schema.oneOf)?.map((branch) => resolved(branch, root));
  if (branches?.every((branch) => branch.const !== undefined) !== true) return null;
  return branches.map((branch) => branch.const ?? null);
}

/** Fine steps where the whole range is small. */
function stepOf(schema: Schema, range: number): number {
  if (schema.multipleOf !== undefined) return schema.multipleOf;
  if (schema.type === "integer") return 1;
  return range <= 5 ? 0.05 : 0.1;
}

function numberShape(schema: Schema): Shape {
  const min = schema.minimum ?? schema.exclusiveMinimum ?? null;
  const max = schema.maximum ?? schema.exclusiveMaximum ?? null;
  const range = min === null || max === null ? Infinity : max - min;
  const step = stepOf(schema, range);
  return { kind: "number", min, max, step, slider: range / step <= SLIDER_STEPS };
}

function listShape(schema: Schema, root: Schema): Shape {
  if (schema.prefixItems !== undefined) return { kind: "json" };
  const item = typeof schema.items === "object" ? resolved(schema.items, root) : {};
  const options = choices(item, root);
  if (options !== null) return { kind: "words", options };
  return item.type === "string" ? { kind: "words", options: null } : { kind: "rows", item };
}

function objectShape(schema: Schema): Shape {
  const { properties, additionalProperties, required = [] } = schema;
  if (properties !== undefined) {
    const parts = Object.entries(properties).map(([name, part]) => ({
      name,
      schema: part,
      required: required.includes(name),
    }));
    return { kind: "group", parts };
  }
  return typeof additionalProperties === "object"
    ? { kind: "map", value: additionalProperties }
    : { kind: "json" };
}

function textShape({
  format = null,
  maxLength = 0,
}: {
  format?: string | null;
  maxLength?: number;
}): Shape {
  return { kind: "text", multiline: maxLength > LONG_TEXT, format };
}

function shapeOf(schema: Schema, root: Schema): Shape {
  const options = choices(schema, root);
  if (options !== null) return { kind: "choice", options };
  switch (schema.type) {
    case "object":
      return objectShape(schema);
    case "array":
      return listShape(schema, root);
    case "boolean":
      return { kind: "toggle" };
    case "number":
    case "integer":
      return numberShape(schema);
    case "string":
      return textShape(schema);
    default:
      return objectShape(schema);
  }
}

/** What to show for a part of the schema. What the form has no control for is edited as JSON. */
export function fieldOf(schema: Schema, name: string, root: Schema): Field {
  const own = nullable(schema, root);
  return {
    ...shapeOf(own.schema, root),
    label: labelOf(own.schema, name),
    help: own.schema.description ?? null,
    nullable: own.nullable,
    fallback: own.schema.default,
    example: own.schema.examples?.find((example) => example !== null),
    readOnly: own.schema.readOnly === true,
    schema: own.schema,
  };
}

export type Section = { name: string; label: string; help: string | null; parts: Part[] };

/** A form's sections: one for each part that is a group, and one in front for what is not. */
export function sectionsOf(root: Schema, hidden: ReadonlySet<string>): Section[] {
  const whole = fieldOf(root, "", root);
  if (whole.kind !== "group") return [];
  const shown = whole.parts.filter((part) => !hidden.has(part.name));
  const simple: Part[] = [];
  const sections: Section[] = [];
  for (const part of shown) {
    const field = fieldOf(part.schema, part.name, root);
    if (field.readOnly) continue;
    if (field.kind === "group" || field.kind === "rows" || field.kind === "map") {
      sections.push({ name: part.name, label: field.label, help: field.help, parts: [part] });
    } else simple.push(part);
  }
  if (simple.length === 0) return sections;
  return [{ name: "", label: "General", help: null, parts: simple }, ...sections];
}

/** The labels along a path, for people: `traits.humor` as "Traits", "Humor". */
export function labelsAlong(root: Schema, path: string): string[] {
  const labels: string[] = [];
  let schema: Schema | null = root;
  for (const step of path.split(".")) {
    const field: Field | null = schema === null ? null : fieldOf(schema, "", root);
    schema = field === null ? null : within(field, step);
    const item = field?.kind === "rows" || field?.kind === "words";
    if (item) labels.push(`#${Number(step) + 1}`);
    else labels.push(schema === null ? step : fieldOf(schema, step, root).label);
  }
  return labels;
}

function within(field: Field, step: string): Schema | null {
  switch (field.kind) {
    case "group":
      return field.parts.find((part) => part.name === step)?.schema ?? null;
    case "rows":
      return field.item;
    case "map":
      return field.value;
    default:
      return null;
  }
}
