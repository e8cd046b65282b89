import { render, screen } from "@testing-library/react";
import { expect, test } from "vitest";

import { Markdown, safeUrl } from "./Markdown";

test("only web and mail addresses are links", () => {
  const addresses = {
    "https://example.com": true,
    "HTTP://example.com": true,
    "mailto:help@example.com": true,
    "javascript:alert(1)": false,
    " javascript:alert(1)": false,
    "java\nscript:alert(1)": false,
    "data:text/html,x": false,
    "vbscript:x": false,
    "//example.com": false,
    "/admin": false,
    "": false,
  };
  for (const [url, safe] of Object.entries(addresses)) expect(safeUrl(url) !== "").toBe(safe);
});

test("a safe link opens elsewhere and tells nothing of this page", () => {
  render(<Markdown text="[help](https://example.com)" />);
  const link = screen.getByRole("link", { name: "help" });
  expect(link).toHaveAttribute("target", "_blank");
  expect(link.getAttribute("rel")).toContain("noopener");
});

test("an unsafe link is text", () => {
  render(<Markdown text="[click](javascript:alert(1))" />);
  expect(screen.queryByRole("link")).toBeNull();
  expect(screen.getByText("click")).toBeInTheDocument();
});

test("raw HTML is text", () => {
  const { container } = render(<Markdown text={'<img src=x onerror="alert(1)"> <b>hi</b>'} />);
  expect(container.querySelector("img, b")).toBeNull();
  expect(container).toHaveTextContent("<b>hi</b>");
});

test("a picture is a link, so that showing it fetches nothing", () => {
  const { container } = render(<Markdown text="![the label](https://example.com/x.png)" />);
  expect(container.querySelector("img")).toBeNull();
  expect(screen.getByRole("link", { name: "the label" })).toBeInTheDocument();
});

test("a table can be scrolled by keyboard", () => {
  render(<Markdown text={"| a | b |\n|---|---|\n| 1 | 2 |"} />);
  expect(screen.getByRole("group", { name: "Table" })).toHaveAttribute("tabindex", "0");
});
