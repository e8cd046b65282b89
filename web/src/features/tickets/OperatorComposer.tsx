import { useQueryClient } from "@tanstack/react-query";
import { type KeyboardEvent, useEffect, useRef, useState } from "react";

import { takeoverApi } from "../../api/tickets";
import { perTab } from "../../api/storage";
import { useAct } from "../../console/useAct";
import { Button } from "../../design/Button";
import { TextArea } from "../../design/Control";
import { useThreadChanged } from "../conversations/useThread";
import { TICKETS } from "./queries";

const MOST_CHARS = 8_000;

/** What is being written, kept over a reload of the tab. */
function useKept(sessionId: string) {
  const key = `deskhand.operator.${sessionId}`;
  const [text, setText] = useState(() => perTab.get(key) ?? "");
  useEffect(() => {
    if (text === "") perTab.remove(key);
    else perTab.set(key, text);
  }, [key, text]);
  return [text, setText] as const;
}

type OperatorComposerProps = { sessionId: string; threadId: string };

/** The box in which a person answers the customer. */
export function OperatorComposer({ sessionId, threadId }: OperatorComposerProps) {
  const field = useRef<HTMLTextAreaElement>(null);
  const [text, setText] = useKept(sessionId);
  const { act, busy, failure } = useAct();
  const changed = useThreadChanged();
  const queries = useQueryClient();
  useEffect(() => {
    if (matchMedia("(pointer: fine)").matches) field.current?.focus({ preventScroll: true });
  }, []);
  const send = () => {
    const said = text.trim();
    if (said === "") return;
    void act(
      (token) => takeoverApi.say(token, sessionId, said),
      () => {
        setText("");
        changed(threadId);
        // The first reply is given with it.
        void queries.invalidateQueries({ queryKey: TICKETS });
        field.current?.focus();
      },
    );
  };
  const pressed = (event: KeyboardEvent) => {
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    send();
  };
  return (
    <form
      aria-label="Write to the customer"
      className="flex items-end gap-2"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <div className="min-w-0 flex-1">
        <TextArea
          ref={field}
          rows={2}
          aria-label="Message to the customer"
          placeholder="Write to the customer"
          className="min-h-16!"
          maxLength={MOST_CHARS}
          value={text}
          onKeyDown={pressed}
          onChange={(event) => {
            setText(event.target.value);
          }}
        />
        {failure !== null && (
          <p role="alert" className="mt-1 text-sm text-danger">
            Not sent. {failure}
          </p>
        )}
      </div>
      <Button type="submit" look="solid" aria-disabled={busy || text.trim() === ""}>
        {busy ? "Sending…" : "Send"}
      </Button>
    </form>
  );
}
