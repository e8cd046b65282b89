import { type ClipboardEvent, type KeyboardEvent, type RefObject, useId, useLayoutEffect, useState } from "react";

import { cx } from "../../../design/cx";
import { Icon } from "../../../design/Icon";
import { AttachButton } from "../files/AttachButton";
import { FileChips } from "../files/FileChips";
import { fileComplaint } from "../files/model";
import type { Files } from "../files/useFiles";

/** From this share of the limit on, the counter shows. */
const NEAR = 0.9;
const MAX_HEIGHT_PX = 220;

const count = new Intl.NumberFormat("en");

/** What keeps a text from being sent, in words; null when nothing does. */
export function complaint(text: string, limit: number): string | null {
  if (text.trim() === "") return "Write a message first.";
  const over = text.trim().length - limit;
  if (over <= 0) return null;
  const characters = over === 1 ? "1 character" : `${count.format(over)} characters`;
  return `This message is too long. Shorten it by ${characters}.`;
}

function useGrowing(fieldRef: RefObject<HTMLTextAreaElement | null>, text: string): void {
  useLayoutEffect(() => {
    const node = fieldRef.current;
    if (node === null) return;
    node.style.height = "auto";
    node.style.height = `${Math.min(node.scrollHeight, MAX_HEIGHT_PX)}px`;
  }, [fieldRef, text]);
}

type ComposerProps = {
  fieldRef: RefObject<HTMLTextAreaElement | null>;
  text: string;
  limit: number;
  agentName: string;
  onChange: (text: string) => void;
  onSend: (text: string) => void;
  /** Where files can be sent along. */
  files?: Files;
};

/** What is wrong with the message, said once it was tried to be sent (too long: at once), and the sending. */
function useSending({ fieldRef, text, limit, files, onSend }: ComposerProps) {
  const [tried, setTried] = useState(false);
  const wrong = complaint(text, limit) ?? fileComplaint(files?.drafts ?? []);
  const tooLong = text.trim().length > limit;
  const send = () => {
    fieldRef.current?.focus();
    setTried(wrong !== null);
    if (wrong === null) onSend(text.trim());
  };
  const changed = () => {
    setTried(false);
  };
  return { error: tried || tooLong ? wrong : null, tooLong, send, changed };
}

type FootProps = { id: string; error: string | null; length: number; limit: number };

/** Under the box: what is wrong, how to send, and how much room is left. */
function Foot({ id, error, length, limit }: FootProps) {
  const near = length >= limit * NEAR;
  return (
    <div className="flex min-h-6 items-center justify-between gap-4 px-4 pt-1.5 text-xs">
      <p
        role="alert"
        id={`${id}-error`}
        className="text-[0.8125rem] font-medium text-danger empty:hidden"
      >
        {error}
      </p>
      <p
        id={`${id}-hint`}
        className={cx("text-ink-faint max-sm:hidden", error !== null && "hidden")}
      >
        Enter sends, Shift + Enter starts a new line
      </p>
      <p
        data-testid="counter"
        className={cx("ms-auto tabular-nums", length > limit ? "text-danger" : "text-ink-faint")}
      >
        {near && `${count.format(length)} of ${count.format(limit)}`}
      </p>
    </div>
  );
}

/** Files that are pasted are sent along; words that come with a picture of themselves stay words. */
function pastedFiles({ clipboardData }: ClipboardEvent): File[] {
  return clipboardData.types.includes("text/plain") ? [] : [...clipboardData.files];
}

export function Composer(props: ComposerProps) {
  const { fieldRef, text, limit, agentName, files, onChange } = props;
  const id = useId();
  useGrowing(fieldRef, text);
  const { error, tooLong, send, changed } = useSending(props);
  const pressed = (event: KeyboardEvent) => {
    // While a word is being composed (IME), Enter belongs to it.
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    send();
  };

  return (
    <form
      aria-label="Write a message"
      className="mx-auto w-full max-w-3xl px-3 pb-[max(0.75rem,env(safe-area-inset-bottom))] sm:px-6 sm:pb-4"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      {files !== undefined && <FileChips files={files} />}
      <div
        className={cx(
          "flex items-end gap-2 rounded-3xl border bg-surface p-1.5 shadow-card transition-colors",
          "outline-offset-[-1px] has-[textarea:focus-visible]:outline-2",
          files === undefined && "ps-4",
          error === null ? "border-line-strong outline-accent" : "border-danger outline-danger",
        )}
      >
        {files !== undefined && <AttachButton files={files} />}
        <textarea
          ref={fieldRef}
          rows={1}
          value={text}
          placeholder={`Message ${agentName}`}
          aria-label="Message"
          aria-invalid={error !== null}
          aria-describedby={`${id}-hint ${id}-error`}
          onChange={(event) => {
            changed();
            onChange(event.target.value);
          }}
          onKeyDown={pressed}
          onPaste={(event) => {
            const pasted = files === undefined ? [] : pastedFiles(event);
            if (pasted.length === 0) return;
            event.preventDefault();
            files?.add(pasted);
          }}
          className="max-h-55 min-h-10 flex-1 resize-none bg-transparent py-2 leading-6 text-ink outline-none placeholder:text-ink-faint"
        />
        <button
          type="submit"
          aria-label="Send"
          className={cx(
            "grid size-10 shrink-0 place-items-center rounded-full transition-colors duration-150",
            text.trim() === "" || tooLong
              ? "bg-line text-ink-faint"
              : "bg-accent text-accent-ink hover:bg-accent-strong",
          )}
        >
          <Icon name="arrowUp" />
        </button>
      </div>
      <Foot id={id} error={error} length={text.trim().length} limit={limit} />
    </form>
  );
}
