/**
 * Checks a value against a schema and says what is wrong in words for people.
 *
 * It compiles nothing (the page's policy allows no generated code), and knows the keywords a form can
 * help with. A keyword it does not know is left to the server, which checks everything anyway.
 */
import { isObject, type Json, type Path, pathText, same } from "../data/json";
import { resolved, type Schema } from "./schema";
import { choiceText, numberText } from "./words";

/** What is wrong, by dotted path. */
export type Problems = ReadonlyMap<string, string>;
type Found = { path: Path; message: string };
type Check = (schema: Schema, value: Json, path: Path, root: Schema) => Found[];

const typeOf = (value: Json): string => {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  return typeof value;
};

const TYPE_WORDS: Record<string, string> = {
  string: "a text",
  number: "a number",
  integer: "a whole number",
  boolean: "on or off",
  array: "a list",
  object: "an object",
  null: "empty",
};

const fits = (value: Json, type: string): boolean =>
  type === "integer" ? Number.isInteger(value) : typeOf(value) === type;

function typeMessage(schema: Schema, value: Json): string | null {
  if (schema.type === undefined) return null;
  const types = Array.isArray(schema.type) ? schema.type : [schema.type];
  if (types.some((type) => fits(value, type))) return null;
  if (value === null) return "Fill this in.";
  return `This has to be ${types.map((type) => TYPE_WORDS[type] ?? type).join(" or ")}.`;
}

function rangeMessage(schema: Schema, value: number): string | null {
  const { minimum = -Infinity, maximum = Infinity } = schema;
  if (value >= minimum && value <= maximum) return edgeMessage(schema, value);
  if (minimum > -Infinity && maximum < Infinity) {
    return `Choose a number from ${numberText(minimum)} to ${numberText(maximum)}.`;
  }
  return value < minimum
    ? `Choose ${numberText(minimum)} or more.`
    : `Choose ${numberText(maximum)} or less.`;
}

function edgeMessage(schema: Schema, value: number): string | null {
  const { exclusiveMinimum = -Infinity, exclusiveMaximum = Infinity } = schema;
  if (value <= exclusiveMinimum) return `Choose more than ${numberText(exclusiveMinimum)}.`;
  if (value >= exclusiveMaximum) return `Choose less than ${numberText(exclusiveMaximum)}.`;
  return null;
}

function matches(pattern: string, value: string): boolean {
  try {
    return new RegExp(pattern, "u").test(value);
  } catch {
    return true; // Written for another engine: the server decides.
  }
}

function lengthMessage(
  { minLength = 0, maxLength = Infinity }: Schema,
  value: string,
): string | null {
  // JSON Schema counts code points.
  const length = Array.from(value).length;
  if (length === 0 && minLength > 0) return "Fill this in.";
  if (length < minLength) return `Write at least ${numberText(minLength)} characters.`;
  if (length <= maxLength) return null;
  return `Shorten this to ${numberText(maxLength)} characters; it has ${numberText(length)}.`;
}

function textMessage(schema: Schema, value: string): string | null {
  const length = lengthMessage(schema, value);
  const { pattern, examples } = schema;
  if (length !== null || pattern === undefined || matches(pattern, value)) return length;
  if (value === "") return "Fill this in.";
  const [example] = examples ?? [];
  const like = typeof example === "string" ? `, for example “${example}”` : `: ${pattern}`;
  return `This does not have the right form${like}.`;
}

function listMessage(schema: Schema, value: Json[]): string | null {
  const { minItems = 0, maxItems } = schema;
  if (value.length < minItems) {
    return minItems === 1 ? "Add at least one." : `Add at least ${numberText(minItems)}.`;
  }
  if (maxItems !== undefined && value.length > maxItems) {
    return `At most ${numberText(maxItems)} are possible; there are ${numberText(value.length)}.`;
  }
  const twice = value.some((item, index) =>
    value.slice(0, index).some((earlier) => same(earlier, item)),
  );
  return schema.uniqueItems === true && twice ? "Each may be there once only." : null;
}

function ownMessage(schema: Schema, value: Json): string | null {
  const wrongType = typeMessage(schema, value);
  if (wrongType !== null) return wrongType;
  const allowed = schema.const === undefined ? schema.enum : [schema.const];
  if (allowed !== undefined && !allowed.some((choice) => same(choice, value))) {
    return `Choose one of: ${allowed.map(choiceText).join(", ")}.`;
  }
  if (typeof value === "number") return rangeMessage(schema, value);
  if (typeof value === "string") return textMessage(schema, value);
  return Array.isArray(value) ? listMessage(schema, value) : null;
}

const checkItems: Check = (schema, value, path, root) => {
  if (!Array.isArray(value)) return [];
  const first = schema.prefixItems ?? [];
  return value.flatMap((item, index) => {
    const rest = typeof schema.items === "object" ? schema.items : {};
    return check(first[index] ?? rest, item, [...path, String(index)], root);
  });
};

const checkParts: Check = (schema, value, path, root) => {
  if (!isObject(value)) return [];
  const { properties = {}, additionalProperties, required = [] } = schema;
  const missing = required
    .filter((name) => !Object.hasOwn(value, name))
    .map((name) => ({ path: [...path, name], message: "Fill this in." }));
  const wrong = Object.entries(value).flatMap(([name, part]) => {
    const own = Object.hasOwn(properties, name) ? properties[name] : undefined;
    if (own !== undefined) return check(own, part, [...path, name], root);
    if (typeof additionalProperties === "object") {
      return check(additionalProperties, part, [...path, name], root);
    }
    const unknown = additionalProperties === false;
    return unknown ? [{ path: [...path, name], message: "There is no such field." }] : [];
  });
  return [...missing, ...wrong];
};

/** Of several possibilities, tells of the one that was most likely meant. */
const checkBranches: Check = (schema, value, path, root) => {
  const branches = schema.anyOf ?? schema.oneOf;
  if (branches === undefined) return [];
  const results = branches.map((branch) => check(branch, value, path, root));
  if (results.some((found) => found.length === 0)) return [];
  const meant = branches.findIndex(
    (branch) => typeMessage(resolved(branch, root), value) === null && value !== null,
  );
  return results[Math.max(0, meant)] ?? [];
};

/** "If the type is voice, the part voice is needed." */
const checkCondition: Check = (schema, value, path, root) => {
  if (schema.if === undefined) return [];
  const holds = check(schema.if, value, path, root).length === 0;
  const rule = holds ? schema.then : schema.else;
  return rule === undefined ? [] : check(rule, value, path, root);
};

const check: Check = (schema, value, path, root) => {
  const own = resolved(schema, root);
  const message = ownMessage(own, value);
  if (message !== null) return [{ path, message }];
  return [
    ...checkParts(own, value, path, root),
    ...checkItems(own, value, path, root),
    ...checkBranches(own, value, path, root),
    ...checkCondition(own, value, path, root),
    ...(own.allOf ?? []).flatMap((part) => check(part, value, path, root)),
  ];
};

/** Everything wrong with a document; the first finding about a field counts. */
export function problemsOf(root: Schema, value: Json): Problems {
  const problems = new Map<string, string>();
  for (const { path, message } of check(root, value, [], root)) {
    const key = pathText(path);
    if (!problems.has(key)) problems.set(key, message);
  }
  return problems;
}

/** A server's word on a field, by the form's own path: `body.traits.humor` is `traits.humor`. */
export function serverProblems(errors: { field: string; message: string }[]): Problems {
  return new Map(
    errors.map(({ field, message }) => [field.replace(/^body(?:\.|$)/, ""), message] as const),
  );
}
