import { useState } from "react";

import { saveFile } from "../../api/download";
import { memoriesApi } from "../../api/memories";
import { ConfirmDialog } from "../../console/ConfirmDialog";
import { useToast } from "../../console/toasts";
import { useAct } from "../../console/useAct";
import { Button } from "../../design/Button";
import { useMemoriesChanged } from "./queries";

function EraseDialog({ contact, onClose }: { contact: string; onClose: () => void }) {
  const { act, busy, failure } = useAct();
  const changed = useMemoriesChanged();
  const tell = useToast();
  return (
    <ConfirmDialog
      danger
      title="Erase all memories of this customer?"
      verb="Erase all"
      doing="Erasing…"
      typed={contact}
      busy={busy}
      failure={failure}
      onClose={onClose}
      onConfirm={() => {
        void act(
          (token) => memoriesApi.erase(token, contact),
          ({ erased }) => {
            changed();
            tell({ text: erased === 1 ? "1 memory erased." : `${erased} memories erased.` });
            onClose();
          },
        );
      }}
    >
      <p>
        Everything that is remembered of this customer goes for good, with all earlier versions. The
        conversations themselves stay. This cannot be undone.
      </p>
    </ConfirmDialog>
  );
}

/** What one may do with everything that is remembered of a customer. */
export function ContactActions({ contact, mayWrite }: { contact: string; mayWrite: boolean }) {
  const [erasing, setErasing] = useState(false);
  const { act, busy, failure } = useAct();
  const download = () =>
    void act(
      (token) => memoriesApi.export(token, contact),
      (data) => {
        const blob = new Blob([JSON.stringify(data, null, 2)], { type: "application/json" });
        saveFile({ blob, name: `memories-${contact}.json` });
      },
    );
  return (
    <>
      {failure !== null && (
        <span role="alert" className="text-sm text-danger">
          {failure}
        </span>
      )}
      <Button look="plain" icon="download" aria-disabled={busy} onClick={download}>
        Export
      </Button>
      {mayWrite && (
        <Button
          look="plain"
          icon="trash"
          onClick={() => {
            setErasing(true);
          }}
        >
          Erase all
        </Button>
      )}
      {erasing && (
        <EraseDialog
          contact={contact}
          onClose={() => {
            setErasing(false);
          }}
        />
      )}
    </>
  );
}
