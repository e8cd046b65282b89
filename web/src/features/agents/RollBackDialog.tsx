import { useState } from "react";

import { agentsApi, SUMMARY_CHARS } from "../../api/console";
import { ProblemError } from "../../api/problem";
import { useToast } from "../../console/toasts";
import { Button } from "../../design/Button";
import { Labelled, TextBox } from "../../design/Control";
import { Dialog } from "../../design/Dialog";
import { Notice } from "../../design/Notice";
import { useAuthStore } from "../account/useAuth";
import { ServerDiff } from "./ServerDiff";
import type { Editor } from "./useEditor";

type RollBackDialogProps = { editor: Editor; version: string; onClose: () => void };

function failureText(error: ProblemError): string {
  if (error.status !== 412) return error.message;
  return "Someone saved another version meanwhile. Close this, reload the page, and look at the versions again.";
}

function useRollBack({ editor, version, onClose }: RollBackDialogProps) {
  const auth = useAuthStore();
  const tell = useToast();
  const [failure, setFailure] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const rollBack = async (summary: string) => {
    if (busy) return;
    setBusy(true);
    setFailure(null);
    const { id } = editor.agent;
    const options = { summary, etag: editor.etag };
    try {
      const reply = await auth.with((token) => agentsApi.rollBack(token, id, version, options));
      editor.adopt(reply);
      tell({ text: `Rolled back: version ${reply.data.version} is as ${version} was.` });
      onClose();
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      setFailure(failureText(error));
    } finally {
      setBusy(false);
    }
  };
  return { failure, busy, rollBack };
}

/** Says what going back will do before it does it. */
export function RollBackDialog(props: RollBackDialogProps) {
  const { editor, version, onClose } = props;
  const { agent, schema, dirty } = editor;
  const [summary, setSummary] = useState("");
  const { failure, busy, rollBack } = useRollBack(props);
  return (
    <Dialog
      wide
      title={`Roll back to version ${version}?`}
      onClose={onClose}
      onSubmit={() => void rollBack(summary.trim())}
      actions={
        <>
          <Button look="plain" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" look="solid" aria-disabled={busy}>
            {busy ? "Rolling back…" : "Roll back"}
          </Button>
        </>
      }
    >
      {failure !== null && (
        <Notice tone="danger" icon="alert" className="mb-4">
          <span role="alert">{failure}</span>
        </Notice>
      )}
      <p className="leading-relaxed text-ink-soft">
        This makes a new version with the contract of {version}. Version {agent.version} stays in
        the list, so you can go back again. Running conversations follow from their next message.
      </p>
      {dirty && (
        <Notice tone="warn" icon="alert" className="mt-4">
          Your unsaved changes in the form are dropped.
        </Notice>
      )}
      <div className="mt-5">
        <Labelled label="Why (optional)" htmlFor="roll-back-summary">
          <TextBox
            id="roll-back-summary"
            value={summary}
            maxLength={SUMMARY_CHARS}
            onChange={(event) => {
              setSummary(event.target.value);
            }}
          />
        </Labelled>
      </div>
      <h3 className="mt-6 border-b border-line pb-2 text-sm font-semibold">What will change</h3>
      <ServerDiff
        id={agent.id}
        from={agent.version}
        to={version}
        schema={schema}
        none="Nothing: both versions say the same."
      />
    </Dialog>
  );
}
