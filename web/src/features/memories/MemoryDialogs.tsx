import { useState } from "react";

import { memoriesApi, type Memory } from "../../api/memories";
import { ConfirmDialog } from "../../console/ConfirmDialog";
import { useToast } from "../../console/toasts";
import { useAct } from "../../console/useAct";
import { When } from "../../console/When";
import { Dialog } from "../../design/Dialog";
import { MemoryFields } from "./MemoryFields";
import { Origin } from "./MemoryRow";
import { useHistory, useMemoriesChanged } from "./queries";
import { patchOf } from "./words";

export type Doing = { what: "correct" | "delete" | "history"; memory: Memory };
type Props = { memory: Memory; onClose: () => void };

function CorrectDialog({ memory, onClose }: Props) {
  const [content, setContent] = useState(memory.content);
  const [importance, setImportance] = useState(memory.importance);
  const [blank, setBlank] = useState(false);
  const { act, busy, failure } = useAct();
  const changed = useMemoriesChanged();
  const tell = useToast();
  const save = () => {
    setBlank(content.trim() === "");
    if (content.trim() === "") return;
    const patch = patchOf(memory, { content, importance });
    if (patch === null) {
      onClose();
      return;
    }
    void act(
      (token) => memoriesApi.correct(token, memory.id, patch),
      () => {
        changed();
        tell({ text: "Corrected. The agent answers by this from now on." });
        onClose();
      },
    );
  };
  return (
    <ConfirmDialog
      title="Correct this memory"
      verb="Save"
      doing="Saving…"
      busy={busy}
      failure={failure}
      onConfirm={save}
      onClose={onClose}
    >
      <p>What it said until now stays in its history.</p>
      <MemoryFields
        content={content}
        importance={importance}
        error={blank ? "Write what is to be remembered, or delete it." : null}
        onContent={setContent}
        onImportance={setImportance}
      />
    </ConfirmDialog>
  );
}

function DeleteDialog({ memory, onClose }: Props) {
  const { act, busy, failure } = useAct();
  const changed = useMemoriesChanged();
  const tell = useToast();
  return (
    <ConfirmDialog
      danger
      title="Delete this memory?"
      verb="Delete"
      doing="Deleting…"
      busy={busy}
      failure={failure}
      onClose={onClose}
      onConfirm={() => {
        void act(
          (token) => memoriesApi.remove(token, memory.id),
          () => {
            changed();
            tell({ text: "Deleted, with its earlier versions." });
            onClose();
          },
        );
      }}
    >
      <p className="text-ink [overflow-wrap:anywhere]">“{memory.content}”</p>
      <p>It goes with all its earlier versions, for good.</p>
    </ConfirmDialog>
  );
}

function HistoryDialog({ memory, onClose }: Props) {
  const history = useHistory(memory.id);
  return (
    <Dialog title="Versions of this memory" onClose={onClose}>
      {history.isError && (
        <p role="alert" className="text-danger">
          {history.error.message}
        </p>
      )}
      {history.isPending && (
        <p role="status" className="text-ink-faint">
          Loading the versions…
        </p>
      )}
      <ol aria-label="Versions" className="divide-y divide-line">
        {history.data?.items.map((version) => (
          <li key={version.id} className="py-3.5">
            <p className="leading-snug whitespace-pre-wrap [overflow-wrap:anywhere]">
              {version.content}
            </p>
            <Origin memory={version} />
            {version.superseded_at !== null && (
              <p className="mt-1 text-[0.8125rem] text-ink-faint">
                Held until <When at={version.superseded_at} />
              </p>
            )}
          </li>
        ))}
      </ol>
    </Dialog>
  );
}

export function MemoryDialogs({ doing, onClose }: { doing: Doing; onClose: () => void }) {
  switch (doing.what) {
    case "correct":
      return <CorrectDialog memory={doing.memory} onClose={onClose} />;
    case "delete":
      return <DeleteDialog memory={doing.memory} onClose={onClose} />;
    case "history":
      return <HistoryDialog memory={doing.memory} onClose={onClose} />;
  }
}
