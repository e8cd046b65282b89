import { useState } from "react";

import { ticketsApi } from "../../api/tickets";
import { useToast } from "../../console/toasts";
import { useAct } from "../../console/useAct";
import { Button } from "../../design/Button";
import { describedBy, Labelled, TextArea } from "../../design/Control";
import { Dialog } from "../../design/Dialog";
import { Notice } from "../../design/Notice";
import { useTicketChanged } from "./queries";

/** Asks how it was solved: the next one with the same matter will want to know. */
export function ResolveDialog({ id, onClose }: { id: string; onClose: () => void }) {
  const [resolution, setResolution] = useState("");
  const [tried, setTried] = useState(false);
  const { act, busy, failure } = useAct();
  const changed = useTicketChanged();
  const tell = useToast();
  const error = tried && resolution.trim() === "" ? "Say in a sentence how it was solved." : null;
  return (
    <Dialog
      title={`Resolve ${id}`}
      onClose={onClose}
      onSubmit={() => {
        setTried(true);
        if (resolution.trim() === "") return;
        void act(
          (token) => ticketsApi.resolve(token, id, resolution.trim()),
          (ticket) => {
            changed(ticket);
            tell({ text: `${id} is resolved.` });
            onClose();
          },
        );
      }}
      actions={
        <>
          <Button look="plain" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" look="solid" aria-disabled={busy}>
            {busy ? "Saving…" : "Resolve"}
          </Button>
        </>
      }
    >
      {failure !== null && (
        <Notice tone="danger" icon="alert" className="mb-4">
          <span role="alert">{failure}</span>
        </Notice>
      )}
      <Labelled label="How was it solved?" htmlFor="resolution" error={error}>
        <TextArea
          id="resolution"
          value={resolution}
          maxLength={4000}
          placeholder="Sent a new helmet; the refund is on its way."
          aria-invalid={error !== null}
          aria-describedby={describedBy("resolution", { error: error !== null, help: false })}
          onChange={(event) => {
            setResolution(event.target.value);
          }}
        />
      </Labelled>
    </Dialog>
  );
}
