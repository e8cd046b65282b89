/** A contract as the console edits it: the agent without what only the server writes. Pure. */
import type { Agent } from "../../api/console";
import { isObject, type JsonObject, valueAt, withValue } from "../../data/json";
import type { Schema } from "../../form/schema";

/** Written by the server, or set by an action of its own; no field of the form. */
export const HIDDEN: ReadonlySet<string> = new Set([
  "id",
  "version",
  "created_at",
  "updated_at",
  "metadata.tenant_id",
]);

/** Never taken from a pasted document. */
const SERVERS = [["id"], ["created_at"], ["updated_at"], ["metadata", "tenant_id"]] as const;

/** The contract alone: what the schema knows of an agent. */
export function contractOf(agent: Agent, schema: Schema): JsonObject {
  const known = schema.properties ?? {};
  return Object.fromEntries(Object.entries(agent).filter(([name]) => Object.hasOwn(known, name)));
}

export type Reading = { contract: JsonObject } | { error: string };

/** A pasted contract, made this agent's own: id, times, tenant and version stay as they are. */
export function readContract(text: string, saved: JsonObject): Reading {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const why = error instanceof Error ? error.message : "";
    return { error: `This is not JSON: ${why}` };
  }
  if (!isObject(value)) return { error: "A contract is a JSON object: it begins with {." };
  let contract: JsonObject = Object.fromEntries(
    Object.entries(value).filter(([name]) => name !== "stats"),
  );
  for (const path of SERVERS) {
    const parent = valueAt(contract, path.slice(0, -1));
    if (isObject(parent)) contract = withValue(contract, path, valueAt(saved, path)) as JsonObject;
  }
  if (!Object.hasOwn(contract, "version") && saved["version"] !== undefined) {
    contract = { ...contract, version: saved["version"] };
  }
  return { contract: { ...saved, ...contract } };
}
