import { useState } from "react";

import { auditApi } from "../../api/audit";
import { ConfirmDialog } from "../../console/ConfirmDialog";
import { useToast } from "../../console/toasts";
import { useAct } from "../../console/useAct";
import { Button } from "../../design/Button";
import { useAuditChanged } from "./queries";

/** Makes a customer's part of the audit unreadable for good, in all records of theirs. */
export function EraseContact({ contact }: { contact: string }) {
  const [asking, setAsking] = useState(false);
  const { act, busy, failure } = useAct();
  const changed = useAuditChanged();
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
        Erase this customer
      </Button>
      {asking && (
        <ConfirmDialog
          danger
          title="Erase this customer’s part of the audit?"
          verb="Erase"
          doing="Erasing…"
          typed={contact}
          busy={busy}
          failure={failure}
          onClose={close}
          onConfirm={() => {
            void act(
              (token) => auditApi.erase(token, contact),
              ({ records }) => {
                changed();
                tell({
                  text: records === 1 ? "1 record is erased." : `${records} records are erased.`,
                });
                close();
              },
            );
          }}
        >
          <p>
            What this customer said, and what was answered, can never be read again in any of their
            records. That something happened stays, and the chain stays whole. This cannot be undone.
          </p>
        </ConfirmDialog>
      )}
    </>
  );
}
