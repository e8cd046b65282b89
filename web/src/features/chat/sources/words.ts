/** A citation's markdown parts as plain words. Pure. */
import type { Citation } from "../../../api/types";

/** Citations as they are numbered in the answer. */
export const inOrder = (citations: Citation[]): Citation[] =>
  citations.toSorted((a, b) => a.number - b.number);

/** "Returns > Refund times" as the steps of a path. */
export const breadcrumb = (heading: string | null): string[] =>
  (heading ?? "")
    .split(/\s+[>›»/]\s+/)
    .map((step) => step.replace(/^#+\s*/, "").trim())
    .filter(Boolean);

/** A table's row as a list of its cells; null for the rule under a table's head. */
function row(line: string): string | null {
  const cells = line
    .split("|")
    .map((cell) => cell.trim())
    .filter(Boolean);
  return cells.every((cell) => /^:?-{2,}:?$/.test(cell)) ? null : cells.join(" · ");
}

function plainLine(line: string): string | null {
  const trimmed = line.trim();
  if (/^\|.*\|/.test(trimmed)) return row(trimmed);
  return trimmed.replace(/^#{1,6}\s+/, "").replace(/^[-*+]\s+/, "• ");
}

/** The quoted passage as one reads it: without table bars, emphasis marks and link targets. */
export function plainQuote(quote: string): string {
  return quote
    .split("\n")
    .map(plainLine)
    .filter((line) => line !== null)
    .join("\n")
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, "$1")
    .replace(/(\*\*|__)(?=\S)(.+?)(?<=\S)\1/g, "$2")
    .replace(/`([^`]+)`/g, "$1")
    .trim();
}
