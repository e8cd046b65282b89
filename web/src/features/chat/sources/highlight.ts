/**
 * Finds a quoted passage in a rendered article and puts it under the marker. Pure: a rehype plugin
 * over the tree, nothing is done to the page.
 *
 * Quote and article are compared by letters and digits alone, because markup, line breaks and
 * dashes differ between a passage and the article it was cut from.
 */
import type { Element, ElementContent, Root, RootContent, Text } from "hast";

type Spot = { text: Text; at: number };
type Span = { from: number; to: number };

/** Shorter pieces of a quote would match by chance. */
const MIN_PIECE = 16;

const isWord = (char: string): boolean => /[\p{L}\p{N}]/u.test(char);

function wordsOf(value: string): { char: string; at: number }[] {
  const found: { char: string; at: number }[] = [];
  for (let at = 0; at < value.length; at += 1) {
    const char = value.charAt(at);
    if (isWord(char)) found.push({ char: char.toLowerCase(), at });
  }
  return found;
}

const letters = (value: string): string =>
  wordsOf(value)
    .map(({ char }) => char)
    .join("");

/** The quote as a reader would see it: link targets are not part of the text. */
const visible = (quote: string): string => quote.replace(/\]\([^)]*\)/g, "]");

function textsOf(node: Root | RootContent): Text[] {
  if (node.type === "text") return [node];
  return "children" in node ? node.children.flatMap(textsOf) : [];
}

/** Where the quote lies: in one piece if possible, else sentence by sentence. */
export function locate(article: string, quote: string): Span[] {
  const whole = letters(visible(quote));
  if (whole === "") return [];
  const at = article.indexOf(whole);
  if (at >= 0) return [{ from: at, to: at + whole.length }];
  return visible(quote)
    .split(/\n+|(?<=[.!?…])\s+|\s*\|\s*/)
    .map(letters)
    .filter((piece) => piece.length >= MIN_PIECE)
    .flatMap((piece) => {
      const from = article.indexOf(piece);
      return from < 0 ? [] : [{ from, to: from + piece.length }];
    });
}

/** What lies between blocks, as against a space between two words. */
const isBreak = (text: Text): boolean => text.value.includes("\n") && text.value.trim() === "";

/** Per text node: which stretch of it is quoted, first and last character. */
function stretches(texts: Text[], spots: Spot[], spans: Span[]): Map<Text, [number, number]> {
  const found = new Map<Text, [number, number]>();
  for (const { from, to } of spans) {
    const first = spots[from];
    const last = spots[to - 1];
    if (first === undefined || last === undefined) continue;
    const within = texts.slice(texts.indexOf(first.text), texts.indexOf(last.text) + 1);
    for (const text of within.filter((node) => !isBreak(node))) {
      // A node in the middle of a passage is quoted to its edges, spaces and all.
      const start = text === first.text ? first.at : 0;
      const end = text === last.text ? last.at : text.value.length - 1;
      const [earliest, latest] = found.get(text) ?? [start, end];
      found.set(text, [Math.min(start, earliest), Math.max(end, latest)]);
    }
  }
  return found;
}

function cut(text: Text, [start, last]: [number, number]): ElementContent[] {
  // The full stop, bracket or quotation mark after the last word belongs to the passage.
  const tail = /^[.,;:!?…)\]"'”’»%]+/.exec(text.value.slice(last + 1))?.[0].length ?? 0;
  const end = last + 1 + tail;
  const mark: Element = {
    type: "element",
    tagName: "mark",
    properties: { className: ["quoted"] },
    children: [{ type: "text", value: text.value.slice(start, end) }],
  };
  const parts: ElementContent[] = [
    { type: "text", value: text.value.slice(0, start) },
    mark,
    { type: "text", value: text.value.slice(end) },
  ];
  return parts.filter((part) => part.type !== "text" || part.value !== "");
}

function paint(node: Root | Element, found: Map<Text, [number, number]>): void {
  node.children = node.children.flatMap((child): ElementContent[] => {
    const stretch = child.type === "text" ? found.get(child) : undefined;
    if (child.type === "text" && stretch !== undefined) return cut(child, stretch);
    if (child.type === "element") paint(child, found);
    return [child as ElementContent];
  });
}

export function rehypeHighlight(quote: string) {
  return (tree: Root): void => {
    const texts = textsOf(tree);
    const words = texts.flatMap((text) => wordsOf(text.value).map((word) => ({ ...word, text })));
    const spans = locate(words.map(({ char }) => char).join(""), quote);
    if (spans.length > 0) paint(tree, stretches(texts, words, spans));
  };
}
