/** What changed between two JSON documents, path by path. Pure. */
import { isObject, type Json, type JsonObject, type Path, pathText, same } from "./json";

export type Change = {
  /** Dotted, as the server writes it: `traits.humor`. */
  path: string;
  kind: "added" | "removed" | "changed";
  before: Json;
  after: Json;
};

function changeOf(path: Path, before: Json | undefined, after: Json | undefined): Change {
  const kind = before === undefined ? "added" : after === undefined ? "removed" : "changed";
  return { path: pathText(path), kind, before: before ?? null, after: after ?? null };
}

/** Lists are told whole: who reads a change wants to see the list, not its seventh entry. */
export function changesOf(before: JsonObject, after: JsonObject, path: Path = []): Change[] {
  const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...keys].flatMap((key) => {
    const [old, now] = [before[key], after[key]];
    if (same(old, now)) return [];
    if (isObject(old) && isObject(now)) return changesOf(old, now, [...path, key]);
    return [changeOf([...path, key], old, now)];
  });
}

/** Whether two changes touch each other: the same field, or one lies within the other. */
export const touches = (a: string, b: string): boolean =>
  a === b || a.startsWith(`${b}.`) || b.startsWith(`${a}.`);

export type Piece = { text: string; changed: boolean };

const WORDS = /\s+|[\p{L}\p{N}_]+|[^\s\p{L}\p{N}_]/gu;
const MOST_WORDS = 600;

/** Lengths of the longest common run of words, from each pair of places on. */
function commonLengths(a: string[], b: string[]): number[][] {
  const table = Array.from({ length: a.length + 1 }, () => new Array<number>(b.length + 1).fill(0));
  const at = (row: number, column: number): number => table[row]?.[column] ?? 0;
  for (let i = a.length - 1; i >= 0; i -= 1) {
    const row = table[i];
    if (row === undefined) continue;
    for (let j = b.length - 1; j >= 0; j -= 1) {
      row[j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  return table;
}

function push(pieces: Piece[], text: string, changed: boolean): void {
  const last = pieces.at(-1);
  if (last?.changed === changed) last.text += text;
  else pieces.push({ text, changed });
}

type Sides = { before: Piece[]; after: Piece[] };

/** Walks both texts along their common words, from front to back. */
function walk(a: string[], b: string[]): Sides {
  const table = commonLengths(a, b);
  const common = (row: number, column: number): number => table[row]?.[column] ?? -1;
  const sides: Sides = { before: [], after: [] };
  let [i, j] = [0, 0];
  for (let left = a[i], right = b[j]; left !== undefined || right !== undefined; ) {
    if (left !== undefined && left === right) {
      push(sides.before, left, false);
      push(sides.after, left, false);
      [i, j] = [i + 1, j + 1];
    } else if (left !== undefined && common(i + 1, j) >= common(i, j + 1)) {
      push(sides.before, left, true);
      i += 1;
    } else {
      push(sides.after, right ?? "", true);
      j += 1;
    }
    [left, right] = [a[i], b[j]];
  }
  return sides;
}

/** Where little stayed, single words in common say nothing. */
function alike(pieces: Piece[], text: string): boolean {
  const stayed = pieces.filter((piece) => !piece.changed).map((piece) => piece.text.trim());
  return stayed.join("").length * 3 >= text.length;
}

/** Two texts, each cut into what stayed and what changed, word by word. */
export function changedWords(before: string, after: string): Sides {
  const words = (text: string): string[] => text.match(WORDS) ?? [];
  const [a, b] = [words(before), words(after)];
  if (Math.max(a.length, b.length) <= MOST_WORDS) {
    const sides = walk(a, b);
    if (alike(sides.before, before) && alike(sides.after, after)) return sides;
  }
  return { before: [{ text: before, changed: true }], after: [{ text: after, changed: true }] };
}
