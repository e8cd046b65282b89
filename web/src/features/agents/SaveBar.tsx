import { Button } from "../../design/Button";
import { Icon } from "../../design/Icon";
import type { Editor } from "./useEditor";

type SaveBarProps = {
  editor: Editor;
  onSave: () => void;
  onShowProblem: () => void;
  onDiscard: () => void;
};

/** What is not saved yet, and the way to save it, or to what stands in the way. */
export function SaveBar({ editor, onSave, onShowProblem, onDiscard }: SaveBarProps) {
  const { changes, problems, dirty } = editor;
  const wrong = problems.size;
  if (!dirty) return null;
  return (
    <div
      role="region"
      aria-label="Unsaved changes"
      className="shrink-0 animate-rise border-t border-line bg-surface px-4 py-3 sm:px-8"
    >
      <div className="mx-auto flex max-w-3xl flex-wrap items-center gap-x-3 gap-y-2">
        <span className="flex min-w-0 flex-1 flex-wrap items-center gap-x-2.5 text-sm">
          <span role="status" className="font-medium">
            {changes.length} unsaved {changes.length === 1 ? "change" : "changes"}
          </span>
          {wrong > 0 && (
            <span className="inline-flex items-center gap-1.5 text-danger">
              <Icon name="alert" size={15} />
              {wrong} {wrong === 1 ? "problem" : "problems"} to mend
            </span>
          )}
        </span>
        <Button small look="plain" onClick={onDiscard}>
          Discard
        </Button>
        {wrong > 0 ? (
          <Button small look="soft" onClick={onShowProblem}>
            Show {wrong === 1 ? "the problem" : "the first"}
          </Button>
        ) : (
          <Button small look="solid" onClick={onSave}>
            Review and save
          </Button>
        )}
      </div>
    </div>
  );
}
