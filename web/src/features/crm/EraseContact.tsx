import { useState } from "react";
import { useNavigate } from "react-router";

import { type Contact, contactsApi } from "../../api/crm";
import { ConfirmDialog } from "../../console/ConfirmDialog";
import { useToast } from "../../console/toasts";
import { useAct } from "../../console/useAct";
import { Button } from "../../design/Button";
import { useCrmChanged } from "./queries";

/** Removes for good what the CRM knows of a customer. */
export function EraseContact({ contact }: { contact: Contact }) {
  const [asking, setAsking] = useState(false);
  const { act, busy, failure } = useAct();
  const changed = useCrmChanged();
  const go = useNavigate();
  const tell = useToast();
  const close = () => {
    setAsking(false);
  };
  return (
    <>
      <Button
        look="plain"
        icon="trash"
        onClick={() => {
          setAsking(true);
        }}
      >
        Erase
      </Button>
      {asking && (
        <ConfirmDialog
          danger
          title="Erase what is known of this customer?"
          verb="Erase"
          doing="Erasing…"
          typed={contact.id}
          busy={busy}
          failure={failure}
          onClose={close}
          onConfirm={() => {
            void act(
              (token) => contactsApi.erase(token, contact.id),
              () => {
                changed();
                tell({ text: "Profile, notes, events and history are erased." });
                close();
                void go("/console/contacts");
              },
            );
          }}
        >
          <p>
            Profile, tags, stages, notes, events and history go for good. Conversations, memories and
            the audit stay; each is erased in its own place. This cannot be undone.
          </p>
        </ConfirmDialog>
      )}
    </>
  );
}
