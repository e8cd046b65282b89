import { type ReactNode, useState } from "react";

import { Button } from "../design/Button";
import { describedBy, Labelled, TextBox } from "../design/Control";
import { Dialog } from "../design/Dialog";
import { Notice } from "../design/Notice";

type ConfirmDialogProps = {
  title: string;
  children: ReactNode;
  /** What the button says, and what it says meanwhile. */
  verb: string;
  doing: string;
  /** To be typed before anything happens: for what cannot be undone. */
  typed?: string;
  danger?: boolean;
  busy: boolean;
  failure: string | null;
  onConfirm: () => void;
  onClose: () => void;
};

/** Asks before it is done, and says what will come of it. */
export function ConfirmDialog(props: ConfirmDialogProps) {
  const { title, children, verb, doing, typed, danger = false, busy, failure } = props;
  const [word, setWord] = useState("");
  const [wrong, setWrong] = useState(false);
  const confirm = () => {
    const refused = typed !== undefined && word.trim() !== typed;
    setWrong(refused);
    if (!refused && !busy) props.onConfirm();
  };
  return (
    <Dialog
      title={title}
      onClose={props.onClose}
      onSubmit={confirm}
      actions={
        <>
          <Button look="plain" onClick={props.onClose}>
            Cancel
          </Button>
          <Button type="submit" look={danger ? "danger" : "solid"} aria-disabled={busy}>
            {busy ? doing : verb}
          </Button>
        </>
      }
    >
      {failure !== null && (
        <Notice tone="danger" icon="alert" className="mb-4">
          <span role="alert">{failure}</span>
        </Notice>
      )}
      <div className="space-y-3 text-[0.9375rem] leading-relaxed text-ink-soft">{children}</div>
      {typed !== undefined && (
        <div className="mt-5">
          <Labelled
            label={`Type ${typed} to confirm`}
            htmlFor="confirm-word"
            error={wrong ? "This is not the same. Copy it exactly." : null}
          >
            <TextBox
              id="confirm-word"
              value={word}
              autoComplete="off"
              spellCheck={false}
              aria-invalid={wrong}
              aria-describedby={describedBy("confirm-word", { error: wrong, help: false })}
              onChange={(event) => {
                setWord(event.target.value);
                setWrong(false);
              }}
            />
          </Labelled>
        </div>
      )}
    </Dialog>
  );
}
