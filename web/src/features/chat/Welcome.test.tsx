import { render, screen } from "@testing-library/react";
import { expect, test } from "vitest";

import type { ChatConfig } from "../../api/types";
import { findName, Welcome } from "./Welcome";

test("a name is found as a word of its own only", () => {
  expect(findName("Hello, I am Maya.", ["Maya"])).toEqual([12, 16]);
  expect(findName("All about Larkspoke bikes", ["Lark"])).toBeNull();
  expect(findName("All about Larkspoke bikes", ["Lark", "Larkspoke"])).toEqual([10, 19]);
  expect(findName("Hello!", ["", "Q+A (beta)"])).toBeNull();
  expect(findName("Ask Q+A (beta) now", ["Q+A (beta)"])).toEqual([4, 14]);
});

test("one name in the welcome is marked, and the words stay as they are", () => {
  const welcome = "Hello, I am Maya. Northwind has asked Maya to help.";
  const config: ChatConfig = {
    tenant: "demo",
    company: "Northwind",
    agent_name: "Maya",
    welcome,
    suggestions: [],
    max_message_chars: 100,
    max_file_bytes: 10_485_760,
    allowed_file_types: [".pdf", ".md", ".txt", ".png"],
  };
  const { container } = render(<Welcome config={config} onAsk={() => undefined} />);
  expect(screen.getByRole("heading")).toHaveTextContent(welcome);
  const marked = [...container.querySelectorAll(".marker")].map((node) => node.textContent);
  expect(marked).toEqual(["Maya"]);
  expect(screen.queryByRole("list")).toBeNull();
});
