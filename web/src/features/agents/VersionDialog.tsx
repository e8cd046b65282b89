import { Button } from "../../design/Button";
import { Dialog } from "../../design/Dialog";
import { Code } from "./JsonView";
import { useVersion } from "./queries";
import type { Editor } from "./useEditor";
import { exactText } from "../../console/times";

type VersionDialogProps = { editor: Editor; version: string; onClose: () => void };

/** One version as it was. */
export function VersionDialog({ editor, version, onClose }: VersionDialogProps) {
  const found = useVersion(editor.agent.id, version);
  return (
    <Dialog
      wide
      title={`Version ${version}`}
      onClose={onClose}
      actions={
        <Button look="solid" onClick={onClose}>
          Close
        </Button>
      }
    >
      {found.isError && <p role="alert">{found.error.message}</p>}
      {found.isPending && <p role="status">Loading…</p>}
      {found.data !== undefined && (
        <>
          <p className="mb-4 text-[0.9375rem] text-ink-soft">
            {found.data.summary && `${found.data.summary} – `}
            {found.data.author ?? "Deskhand"}, {exactText(found.data.created_at)}
          </p>
          <Code
            text={JSON.stringify(found.data.contract, null, 2)}
            label={`Version ${version} as JSON`}
          />
        </>
      )}
    </Dialog>
  );
}
