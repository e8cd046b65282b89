import { useState } from "react";

import { contactsApi } from "../../api/crm";
import { newKey } from "../../api/key";
import { ConfirmDialog } from "../../console/ConfirmDialog";
import { exactText } from "../../console/times";
import { useToast } from "../../console/toasts";
import { useAct } from "../../console/useAct";
import { describedBy, Labelled, TextArea, TextBox } from "../../design/Control";
import { useContactTouched } from "./queries";

/** The clock of this browser as a moment for the server; empty means now. */
export function momentOf(local: string): string | undefined {
  const at = new Date(local);
  return local === "" || Number.isNaN(at.getTime()) ? undefined : at.toISOString();
}

/** Writes to the customer in their newest conversation, now or later. */
export function SendDialog({ contactId, onClose }: { contactId: string; onClose: () => void }) {
  const [text, setText] = useState("");
  const [at, setAt] = useState("");
  const [blank, setBlank] = useState(false);
  const [key, setKey] = useState(newKey);
  const { act, busy, failure } = useAct();
  const touched = useContactTouched(contactId);
  const tell = useToast();
  const send = () => {
    setBlank(text.trim() === "");
    if (text.trim() === "") return;
    const moment = momentOf(at);
    const body = { text: text.trim(), idempotency_key: key, ...(moment !== undefined && { at: moment }) };
    void act(
      (token) => contactsApi.send(token, contactId, body),
      (delivery) => {
        void touched();
        const later = delivery.status === "scheduled";
        tell({ text: later ? `It goes out on ${exactText(delivery.due_at)}.` : "Sent." });
        onClose();
      },
    );
  };
  const change = (set: (value: string) => void) => (event: { target: { value: string } }) => {
    set(event.target.value);
    setKey(newKey());
  };
  return (
    <ConfirmDialog
      title="Write to this customer"
      verb={at === "" ? "Send now" : "Plan"}
      doing={at === "" ? "Sending…" : "Planning…"}
      busy={busy}
      failure={failure}
      onConfirm={send}
      onClose={onClose}
    >
      <div className="space-y-5 text-ink">
        <Labelled
          label="Message"
          htmlFor="send-text"
          error={blank ? "Write what the customer is to read." : null}
          help="It appears in their newest conversation, in the agent’s name."
        >
          <TextArea
            id="send-text"
            value={text}
            aria-invalid={blank}
            aria-describedby={describedBy("send-text", { error: blank, help: true })}
            onChange={change(setText)}
          />
        </Labelled>
        <Labelled label="When" htmlFor="send-at" help="By your clock. Empty: at once.">
          <TextBox
            id="send-at"
            type="datetime-local"
            value={at}
            aria-describedby="send-at-help"
            onChange={change(setAt)}
          />
        </Labelled>
      </div>
    </ConfirmDialog>
  );
}
