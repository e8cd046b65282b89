/** `[n]` in an answer becomes a citation, where the answer has a citation of that number. Pure. */
import type { Emphasis, PhrasingContent, Root, RootContent } from "mdast";

const MARKER = /\[(\d{1,3})\]/g;
/** So much of a word may be held together with its citation. */
const LAST_WORD = /\S{0,24}$/;
const STOP = /^[.,;:!?)]+/;

const text = (value: string): PhrasingContent[] => (value === "" ? [] : [{ type: "text", value }]);

const chip = (number: string): PhrasingContent => ({
  type: "emphasis",
  data: { hName: "cite", hProperties: { dataNumber: number } },
  children: text(number),
});

/** Word, number and full stop on one line: none begins with a number or a stop of its own. */
const together = (children: PhrasingContent[]): Emphasis => ({
  type: "emphasis",
  data: { hName: "span", hProperties: { className: ["whitespace-nowrap"] } },
  children,
});

function split(value: string, numbers: ReadonlySet<number>): PhrasingContent[] {
  const parts: PhrasingContent[] = [];
  let group: Emphasis | null = null;
  let from = 0;
  for (const match of value.matchAll(MARKER)) {
    const [marker, number = ""] = match;
    if (!numbers.has(Number(number))) continue;
    const before = value.slice(from, match.index).trimEnd();
    if (group === null || before !== "") {
      const word = LAST_WORD.exec(before)?.[0] ?? "";
      group = together(text(word));
      parts.push(...text(before.slice(0, before.length - word.length)), group);
    }
    group.children.push(chip(number));
    from = match.index + marker.length;
    const stop = STOP.exec(value.slice(from))?.[0] ?? "";
    group.children.push(...text(stop));
    from += stop.length;
  }
  return [...parts, ...text(value.slice(from))];
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
