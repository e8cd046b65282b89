/** JSON values, and paths into them. Pure. */

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
// A record would name itself, which a type may only do through an index signature.
// eslint-disable-next-line @typescript-eslint/consistent-indexed-object-style
export type JsonObject = { [key: string]: Json };

/** Keys and places of list items, from the outside in. */
export type Path = readonly string[];

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

export const pathText = (path: Path): string => path.join(".");

export function same(a: Json | undefined, b: Json | undefined): boolean {
  if (a === b) return true;
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((item, index) => same(item, b[index]));
  }
  if (!isObject(a) || !isObject(b)) return false;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && same(a[key], b[key]))
  );
}

export function valueAt(value: Json | undefined, path: Path): Json | undefined {
  let found = value;
  for (const step of path) {
    if (Array.isArray(found)) found = found[Number(step)];
    else if (isObject(found) && Object.hasOwn(found, step)) found = found[step];
    else return undefined;
  }
  return found;
}

/** A copy with the value at the path changed; what lies on the way is made where it is missing. */
export function withValue(value: Json | undefined, path: Path, next: Json | undefined): Json {
  const [step, ...rest] = path;
  if (step === undefined) return next ?? null;
  if (Array.isArray(value)) {
    const copy = [...value];
    copy[Number(step)] = withValue(value[Number(step)], rest, next);
    return copy;
  }
  const before: JsonObject = isObject(value) ? value : {};
  if (rest.length === 0 && next === undefined) {
    return Object.fromEntries(Object.entries(before).filter(([key]) => key !== step));
  }
  return { ...before, [step]: withValue(before[step], rest, next) };
}
