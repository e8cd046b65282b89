import type { Agent } from "../../api/console";
import type { Reply } from "../../api/http";
import { changesOf, touches } from "../../data/diff";
import { Button } from "../../design/Button";
import { Dialog } from "../../design/Dialog";
import { contractOf } from "./contract";
import { DiffView } from "./DiffView";
import type { Editor } from "./useEditor";

type ConflictDialogProps = { editor: Editor; latest: Reply<Agent>; onClose: () => void };

/** Someone else saved first. Nothing is lost: one sees what they did, and chooses. */
export function ConflictDialog({ editor, latest, onClose }: ConflictDialogProps) {
  const skip = new Set(["version", "updated_at"]);
  const theirs = changesOf(editor.saved, contractOf(latest.data, editor.schema)).filter(
    (change) => !skip.has(change.path),
  );
  const both = theirs.filter((change) =>
    editor.changes.some((mine) => touches(mine.path, change.path)),
  );
  const { version } = latest.data;
  return (
    <Dialog
      wide
      title="Someone else saved this contract meanwhile"
      onClose={onClose}
      actions={
        <>
          <Button look="plain" onClick={onClose}>
            Decide later
          </Button>
          <Button
            onClick={() => {
              editor.adopt(latest);
              onClose();
            }}
          >
            Reload, drop my changes
          </Button>
          <Button
            look="solid"
            onClick={() => {
              editor.rebase(latest);
              onClose();
            }}
          >
            Put my changes on top
          </Button>
        </>
      }
    >
      <p className="leading-relaxed text-ink-soft">
        You began with version {editor.agent.version}; now it is {version}. Your changes are not
        saved, so that nothing of theirs is overwritten unseen.
        {both.length > 0 &&
          ` ${both.length === 1 ? "One field was" : `${both.length} fields were`} changed by both: with your changes on top, yours count.`}
      </p>
      <h3 className="mt-5 mb-1 border-b border-line pb-2 text-sm font-semibold">
        What changed meanwhile
      </h3>
      {theirs.length === 0 ? (
        <p className="py-3 text-ink-soft">Nothing but the version’s number.</p>
      ) : (
        <DiffView changes={theirs} schema={editor.schema} mine={editor.changes} />
      )}
    </Dialog>
  );
}
