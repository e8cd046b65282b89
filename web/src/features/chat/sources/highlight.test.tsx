import { render } from "@testing-library/react";
import { expect, test } from "vitest";

import { Markdown } from "../../../design/Markdown";
import { locate, rehypeHighlight } from "./highlight";

/** The texts under the marker, in order. */
function marked(markdown: string, quote: string): string[] {
  const { container } = render(
    <Markdown text={markdown} rehypePlugins={[[rehypeHighlight, quote]]} />,
  );
  return [...container.querySelectorAll("mark")].map((mark) => mark.textContent);
}

test("a passage is marked to its full stop", () => {
  expect(marked("First. Money is on its way soon. Last.", "Money is on its way soon.")).toEqual([
    "Money is on its way soon.",
  ]);
});

test("a passage over bold words and links is marked without a seam", () => {
  const parts = marked(
    "It takes **two working** days, see [our page](https://example.com), then it is done.",
    "takes two working days, see our page, then it is",
  );
  expect(parts.join("")).toBe("takes two working days, see our page, then it is");
});

test("line breaks, dashes and capitals make no difference", () => {
  expect(marked("Pay in\ntwelve monthly – Parts.", "pay in TWELVE   monthly - parts")).toEqual([
    "Pay in\ntwelve monthly – Parts.",
  ]);
});

test("a quote in markdown finds its passage", () => {
  const quote = "## Times\n\nIt takes **two** [days](https://example.com/very/long).";
  expect(
    marked("## Times\n\nIt takes **two** [days](https://example.com/x).", quote).join("|"),
  ).toBe("Times|It takes |two| |days");
});

test("a passage over several list items is marked in each", () => {
  expect(marked("- gift cards\n- razors\n- books", "gift cards razors")).toEqual([
    "gift cards",
    "razors",
  ]);
});

test("of a changed article what is still there is marked", () => {
  const quote = "The parcel is checked in two days. This sentence was removed since then.";
  expect(marked("Now: The parcel is checked in two days. Something new.", quote)).toEqual([
    "The parcel is checked in two days.",
  ]);
});

test("a quote that is not in the article marks nothing", () => {
  expect(marked("Nothing of the kind.", "An entirely different passage of text.")).toEqual([]);
  expect(marked("Nothing of the kind.", " … ")).toEqual([]);
});

test("short pieces are not marked by chance", () => {
  expect(locate("andsoonitgoes", "And so. Missing sentence of some length.")).toEqual([]);
});
