import { useState } from "react";

import type { Approval } from "../../api/approvals";
import { ConfirmDialog } from "../../console/ConfirmDialog";
import { useToast } from "../../console/toasts";
import { Notes } from "./Notes";
import { useDecide } from "./queries";

const WORDS = {
  approve: {
    title: "Allow this?",
    verb: "Allow",
    doing: "Allowing…",
    after: "It is carried out at once, and once only. The customer is told in the conversation.",
    done: "It is allowed and being carried out.",
  },
  reject: {
    title: "Refuse this?",
    verb: "Refuse",
    doing: "Refusing…",
    after: "It is not done. The customer is told that a colleague could not allow it.",
    done: "It is refused.",
  },
};

type VerdictDialogProps = {
  approval: Approval;
  verdict: keyof typeof WORDS;
  onClose: () => void;
  onLate: (message: string) => void;
};

/** Asks once more, since neither can be taken back, and takes a word for the team. */
export function VerdictDialog({ approval, verdict, onClose, onLate }: VerdictDialogProps) {
  const [notes, setNotes] = useState("");
  const { decide, busy, refusal } = useDecide(approval.id, onLate);
  const tell = useToast();
  const words = WORDS[verdict];
  return (
    <ConfirmDialog
      title={words.title}
      verb={words.verb}
      doing={words.doing}
      busy={busy}
      failure={refusal?.message ?? null}
      onClose={onClose}
      onConfirm={() => {
        void decide({ verdict, notes }, () => {
          tell({ text: words.done });
          onClose();
        });
      }}
    >
      <p className="font-medium text-ink [overflow-wrap:anywhere]">{approval.action.summary}</p>
      <p>{words.after}</p>
      <Notes value={notes} onChange={setNotes} />
    </ConfirmDialog>
  );
}
