import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useRef, useState } from "react";
import { expect, test, vi } from "vitest";

import { complaint, Composer } from "./Composer";
import { useDraft } from "./useDraft";

function Desk({ limit = 100, onSend }: { limit?: number; onSend: (text: string) => void }) {
  const field = useRef<HTMLTextAreaElement>(null);
  const [text, setText] = useState("");
  return (
    <Composer
      fieldRef={field}
      text={text}
      limit={limit}
      agentName="Maya"
      onChange={setText}
      onSend={onSend}
    />
  );
}

const setUp = (limit?: number) => {
  const onSend = vi.fn();
  render(limit === undefined ? <Desk onSend={onSend} /> : <Desk limit={limit} onSend={onSend} />);
  return { onSend, user: userEvent.setup(), box: screen.getByRole("textbox", { name: "Message" }) };
};

test("Enter sends, without the white space around", async () => {
  const { onSend, user, box } = setUp();
  await user.type(box, "  Hello? {Enter}");
  expect(onSend).toHaveBeenCalledExactlyOnceWith("Hello?");
});

test("Shift and Enter start a new line", async () => {
  const { onSend, user, box } = setUp();
  await user.type(box, "One{Shift>}{Enter}{/Shift}two");
  expect(box).toHaveValue("One\ntwo");
  expect(onSend).not.toHaveBeenCalled();
});

test("an empty message is not sent, and it is said why until something is written", async () => {
  const { onSend, user, box } = setUp();
  await user.click(screen.getByRole("button", { name: "Send" }));
  expect(screen.getByRole("alert")).toHaveTextContent("Write a message first.");
  expect(box).toHaveFocus();
  expect(box).toBeInvalid();
  await user.type(box, "a");
  expect(screen.getByRole("alert")).toBeEmptyDOMElement();
  expect(onSend).not.toHaveBeenCalled();
});

test("near the limit the characters are counted, over it the message is not sent", async () => {
  const { onSend, user, box } = setUp(20);
  await user.type(box, "x".repeat(17));
  expect(screen.getByTestId("counter")).toBeEmptyDOMElement();
  await user.type(box, "x");
  expect(screen.getByTestId("counter")).toHaveTextContent("18 of 20");
  await user.type(box, "xxxx{Enter}");
  expect(screen.getByRole("alert")).toHaveTextContent(
    "This message is too long. Shorten it by 2 characters.",
  );
  expect(onSend).not.toHaveBeenCalled();
  expect(box).toHaveValue("x".repeat(22));
});

test("one character too many is one character", () => {
  expect(complaint("xxx", 2)).toContain("by 1 character.");
  expect(complaint("xx", 2)).toBeNull();
  expect(complaint(" \n ", 2)).toBe("Write a message first.");
});

test("a draft is kept over a reload, until it is sent", async () => {
  function Draft() {
    const [text, setText] = useDraft("demo");
    return (
      <textarea
        aria-label="Draft"
        value={text}
        onChange={(event) => {
          setText(event.target.value);
        }}
      />
    );
  }
  const first = render(<Draft />);
  await userEvent.type(screen.getByLabelText("Draft"), "Half a thought");
  first.unmount();
  render(<Draft />);
  expect(screen.getByLabelText("Draft")).toHaveValue("Half a thought");
  await userEvent.clear(screen.getByLabelText("Draft"));
  expect(sessionStorage).toHaveLength(0);
});
