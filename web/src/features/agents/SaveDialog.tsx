import { useState } from "react";

import { type Agent, SUMMARY_CHARS } from "../../api/console";
import type { Reply } from "../../api/http";
import { Button } from "../../design/Button";
import { Labelled, TextBox } from "../../design/Control";
import { Dialog } from "../../design/Dialog";
import { Notice } from "../../design/Notice";
import { DiffView } from "./DiffView";
import type { Editor } from "./useEditor";

type SaveDialogProps = {
  editor: Editor;
  onClose: () => void;
  onSaved: (agent: Agent) => void;
  onConflict: (latest: Reply<Agent>) => void;
};

/** The changes once more, with a word on why; then they are saved as a new version. */
export function SaveDialog({ editor, onClose, onSaved, onConflict }: SaveDialogProps) {
  const [summary, setSummary] = useState("");
  const [failure, setFailure] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const save = async () => {
    if (busy) return;
    setBusy(true);
    setFailure(null);
    const outcome = await editor.save(summary.trim()).finally(() => {
      setBusy(false);
    });
    switch (outcome.kind) {
      case "saved":
        onSaved(outcome.agent);
        break;
      case "conflict":
        onConflict(outcome.latest);
        break;
      case "refused":
        setFailure(outcome.problem.message);
    }
  };
  return (
    <Dialog
      wide
      title="Save as a new version"
      onClose={onClose}
      onSubmit={() => void save()}
      actions={
        <>
          <Button look="plain" onClick={onClose}>
            Go on editing
          </Button>
          <Button type="submit" look="solid" aria-disabled={busy}>
            {busy ? "Saving…" : "Save"}
          </Button>
        </>
      }
    >
      {failure !== null && (
        <Notice tone="danger" icon="alert" className="mb-4">
          <span role="alert">Not saved. {failure}</span>
        </Notice>
      )}
      <Labelled
        label="What changed, and why"
        htmlFor="change-summary"
        help="Shown in the list of versions. Running conversations follow the new version from their next message."
      >
        <TextBox
          id="change-summary"
          value={summary}
          maxLength={SUMMARY_CHARS}
          placeholder="Warmer tone after the feedback in October"
          aria-describedby="change-summary-help"
          onChange={(event) => {
            setSummary(event.target.value);
          }}
        />
      </Labelled>
      <div className="mt-5 border-t border-line">
        <DiffView changes={editor.changes} schema={editor.schema} />
      </div>
    </Dialog>
  );
}
