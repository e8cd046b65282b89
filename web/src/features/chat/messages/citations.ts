/** `[n]` in an answer becomes a citation, where the answer has a citation of that number. Pure. */
import type { PhrasingContent, Root, RootContent } from "mdast";

const MARKER = /\[(\d{1,3})\]/g;

const chip = (number: string): PhrasingContent => ({
  type: "emphasis",
  data: { hName: "cite", hProperties: { dataNumber: number } },
  children: [{ type: "text", value: number }],
});

function split(value: string, numbers: ReadonlySet<number>): PhrasingContent[] {
  const parts: PhrasingContent[] = [];
  let from = 0;
  for (const match of value.matchAll(MARKER)) {
    const [marker, number = ""] = match;
    if (!numbers.has(Number(number))) continue;
    if (match.index > from) parts.push({ type: "text", value: value.slice(from, match.index) });
    parts.push(chip(number));
    from = match.index + marker.length;
  }
  if (from < value.length) parts.push({ type: "text", value: value.slice(from) });
  return parts;
}

type Parent = { children: RootContent[] };
const isParent = (node: object): node is Parent => "children" in node;

function walk(parent: Parent, numbers: ReadonlySet<number>): void {
  parent.children = parent.children.flatMap((node): RootContent[] => {
    if (node.type === "text") return split(node.value, numbers);
    // A number inside a link's words belongs to the link.
    if (node.type !== "link" && isParent(node)) walk(node, numbers);
    return [node];
  });
}

/** A remark plugin; code keeps its brackets, because code is no text node. */
export function remarkCitations(numbers: readonly number[]) {
  const known = new Set(numbers);
  return (tree: Root): void => {
    walk(tree, known);
  };
}

/** The words of an answer alone, to be copied. */
export function withoutMarkers(content: string, numbers: readonly number[]): string {
  const known = new Set(numbers);
  return content
    .replace(/[ \t]?\[(\d{1,3})\]/g, (marker, number: string) =>
      known.has(Number(number)) ? "" : marker,
    )
    .trim();
}

/** While text is streaming, half a marker at its end is not shown. */
export const withoutHalfMarker = (text: string): string => text.replace(/\s?\[\d{0,3}$/, "");
