import { useState } from "react";

import { takeoverApi } from "../../api/tickets";
import { ConfirmDialog } from "../../console/ConfirmDialog";
import { useToast } from "../../console/toasts";
import { useAct } from "../../console/useAct";
import { Labelled, TextBox } from "../../design/Control";
import { useOwnerChanged } from "./queries";

/** Lets the agent answer again; with a word on the solution the ticket is resolved along with it. */
export function HandBackDialog({ sessionId, onClose }: { sessionId: string; onClose: () => void }) {
  const [resolution, setResolution] = useState("");
  const { act, busy, failure } = useAct();
  const changed = useOwnerChanged();
  const tell = useToast();
  return (
    <ConfirmDialog
      title="Hand the conversation back?"
      verb="Hand back"
      doing="Handing back…"
      busy={busy}
      failure={failure}
      onClose={onClose}
      onConfirm={() => {
        void act(
          (token) => takeoverApi.handBack(token, sessionId, resolution.trim()),
          (owner) => {
            changed(owner);
            tell({ text: "The agent answers again." });
            onClose();
          },
        );
      }}
    >
      <p>The agent answers the customer’s next message. You can take the conversation over again.</p>
      <Labelled
        label="How it was solved (optional)"
        htmlFor="hand-back-resolution"
        help="With a word on it the ticket is resolved; without one it stays with you."
      >
        <TextBox
          id="hand-back-resolution"
          value={resolution}
          maxLength={2000}
          aria-describedby="hand-back-resolution-help"
          onChange={(event) => {
            setResolution(event.target.value);
          }}
        />
      </Labelled>
    </ConfirmDialog>
  );
}
