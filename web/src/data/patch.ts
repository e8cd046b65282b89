/** JSON merge patches (RFC 7396): what to send so that the server's copy becomes ours. Pure. */
import { isObject, type Json, type JsonObject, same } from "./json";

/** The smallest merge patch from `before` to `after`; lists are sent whole, null removes. */
export function mergePatch(before: JsonObject, after: JsonObject): JsonObject {
  const patch: JsonObject = {};
  for (const [key, value] of Object.entries(after)) {
    const old = before[key];
    if (same(old, value)) continue;
    patch[key] = isObject(old) && isObject(value) ? mergePatch(old, value) : value;
  }
  for (const key of Object.keys(before)) if (!Object.hasOwn(after, key)) patch[key] = null;
  return patch;
}

/**
 * Applies a merge patch. A null takes the place of what was there: in a contract the two mean the
 * same, "not set", and a form goes on showing the field.
 */
export function applyPatch(target: Json | undefined, patch: Json): Json {
  if (!isObject(patch)) return patch;
  const result: JsonObject = isObject(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    result[key] = isObject(value) ? applyPatch(result[key], value) : value;
  }
  return result;
}
