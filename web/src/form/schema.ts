/**
 * JSON Schema (2020-12) as the form reads it: references followed, "or null" taken apart.
 *
 * The schema comes from the server, so that a part added there shows in the form by itself.
 */
import { isObject, type Json, type JsonObject } from "../data/json";

export type Schema = {
  $ref?: string;
  $defs?: Record<string, Schema>;
  type?: string | string[];
  title?: string;
  description?: string;
  default?: Json;
  examples?: Json[];
  readOnly?: boolean;
  enum?: Json[];
  const?: Json;
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
  if?: Schema;
  then?: Schema;
  else?: Schema;
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: boolean | Schema;
  minProperties?: number;
  maxProperties?: number;
  items?: Schema | boolean;
  prefixItems?: Schema[];
  minItems?: number;
  maxItems?: number;
  uniqueItems?: boolean;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  exclusiveMaximum?: number;
  multipleOf?: number;
  minLength?: number;
  maxLength?: number;
  pattern?: string;
  format?: string;
};

/** References that lead to references end somewhere; this many are enough. */
const MOST_STEPS = 20;

function target(ref: string, root: Schema): Schema {
  if (!ref.startsWith("#")) return {};
  let found: unknown = root;
  for (const raw of ref.split("/").slice(1)) {
    const step = decodeURIComponent(raw).replaceAll("~1", "/").replaceAll("~0", "~");
    found = isObject(found) ? found[step] : undefined;
  }
  return isObject(found) ? found : {};
}

/** The schema itself: `$ref` and a single `allOf` replaced by what they stand for, siblings kept. */
export function resolved(schema: Schema, root: Schema): Schema {
  let current = schema;
  for (let step = 0; step < MOST_STEPS; step += 1) {
    const { $ref, allOf, ...own } = current;
    if ($ref !== undefined) current = { ...target($ref, root), ...own };
    else if (allOf?.length === 1) current = { ...allOf[0], ...own };
    else return current;
  }
  return {};
}

const isNull = (schema: Schema): boolean => schema.type === "null" || schema.const === null;

/** "X or null" as X and whether null may be. Titles and help around the union stay in force. */
export function nullable(schema: Schema, root: Schema): { schema: Schema; nullable: boolean } {
  const own = resolved(schema, root);
  if (Array.isArray(own.type) && own.type.includes("null")) {
    const rest = own.type.filter((type) => type !== "null");
    return {
      schema: { ...own, type: rest.length === 1 ? (rest[0] ?? "null") : rest },
      nullable: true,
    };
  }
  const { anyOf, oneOf, ...around } = own;
  const branches = (anyOf ?? oneOf)?.map((branch) => resolved(branch, root));
  if (branches?.some(isNull) !== true) return { schema: own, nullable: false };
  const rest = branches.filter((branch) => !isNull(branch));
  if (rest.length !== 1) return { schema: { ...around, anyOf: rest }, nullable: true };
  return { schema: { ...rest[0], ...around }, nullable: true };
}

/** The emptiest thing that a schema without a default allows. */
function emptiest(schema: Schema, root: Schema): Json {
  const [only] = schema.enum ?? [schema.const];
  if (only !== undefined) return only;
  switch (schema.type) {
    case "string":
      return "";
    case "boolean":
      return false;
    case "number":
    case "integer":
      return schema.minimum ?? 0;
    case "array":
      return [];
    default:
      return schema.properties === undefined ? null : emptyObject(schema, root);
  }
}

/** What a field holds before anyone filled it in: its default, else the emptiest thing allowed. */
export function emptyValue(schema: Schema, root: Schema): Json {
  const own = nullable(schema, root);
  if (own.schema.default !== undefined) return own.schema.default;
  return own.nullable ? null : emptiest(own.schema, root);
}

function emptyObject(schema: Schema, root: Schema): JsonObject {
  const filled = Object.entries(schema.properties ?? {}).filter(
    ([name, part]) => schema.required?.includes(name) === true || part.default !== undefined,
  );
  return Object.fromEntries(filled.map(([name, part]) => [name, emptyValue(part, root)]));
}
