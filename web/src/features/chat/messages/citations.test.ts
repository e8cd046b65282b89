import type { Root } from "mdast";
import { describe, expect, test } from "vitest";

import { remarkCitations, withoutMarkers } from "./citations";

const paragraph = (...children: unknown[]): Root =>
  ({ type: "root", children: [{ type: "paragraph", children }] }) as Root;
const words = (value: string) => ({ type: "text", value });

/** The tree in short: chips as <n>, what is held together in (). */
function short(node: unknown): string {
  const {
    type,
    value,
    data,
    children = [],
  } = node as {
    type: string;
    value?: string;
    data?: { hName?: string };
    children?: unknown[];
  };
  const inner = children.map(short).join("");
  if (type === "text" || type === "inlineCode") return value ?? "";
  if (data?.hName === "cite") return `<${inner}>`;
  return data?.hName === "span" ? `(${inner})` : inner;
}

const cited = (tree: Root, numbers: number[]): string => {
  remarkCitations(numbers)(tree);
  return short(tree);
};

describe("markers in an answer", () => {
  test("become chips, held together with the word before and the stop after", () => {
    const tree = paragraph(words("Two working days [1]. Then the bank [2], too."));
    expect(cited(tree, [1, 2])).toBe("Two working (days<1>.) Then the (bank<2>,) too.");
  });

  test("side by side stay together", () => {
    expect(cited(paragraph(words("So it is [1][2].")), [1, 2])).toBe("So it (is<1><2>.)");
    expect(cited(paragraph(words("So it is [1] [2].")), [1, 2])).toBe("So it (is<1><2>.)");
  });

  test("may stand after a stop, at the start and after bold words", () => {
    expect(cited(paragraph(words("Done. [1] Next")), [1])).toBe("(Done.<1>) Next");
    expect(cited(paragraph(words("[1] says so")), [1])).toBe("(<1>) says so");
    const tree = paragraph({ type: "strong", children: [words("days")] }, words(" [1]"));
    expect(cited(tree, [1])).toBe("days(<1>)");
  });

  test("without a citation of that number stay as they are", () => {
    expect(cited(paragraph(words("See [7] and [1].")), [1])).toBe("See [7] (and<1>.)");
    expect(cited(paragraph(words("a[0] = [x]")), [1])).toBe("a[0] = [x]");
  });

  test("within bold words count, within code and links do not", () => {
    const tree = paragraph(
      { type: "strong", children: [words("so [1]")] },
      { type: "inlineCode", value: "list[1]" },
      { type: "link", url: "https://example.com", children: [words("note [1]")] },
    );
    expect(cited(tree, [1])).toBe("(so<1>)list[1]note [1]");
  });

  test("do not hold a very long word whole", () => {
    const long = "x".repeat(60);
    expect(cited(paragraph(words(`${long} [1]`)), [1])).toBe(
      `${"x".repeat(36)}(${"x".repeat(24)}<1>)`,
    );
  });
});

test("a copied answer has no markers, other brackets stay", () => {
  expect(withoutMarkers("Two days [1]. See [x] and a[7]. [2]", [1, 2])).toBe(
    "Two days. See [x] and a[7].",
  );
});
