import { useEffect, useState } from "react";

import { Icon } from "../../../design/Icon";
import { hintText } from "./model";
import type { Files } from "./useFiles";

const brings = (event: DragEvent): boolean => event.dataTransfer?.types.includes("Files") ?? false;

/** Files may be dropped anywhere on the page; while they hover, it says what would become of them. */
export function DropTarget({ files }: { files: Files }) {
  const [hovering, setHovering] = useState(false);
  const { add } = files;
  useEffect(() => {
    // Every element that is crossed enters and leaves once.
    let depth = 0;
    const moved = (by: number) => (event: DragEvent) => {
      if (!brings(event)) return;
      depth = Math.max(0, depth + by);
      setHovering(depth > 0);
    };
    const over = (event: DragEvent) => {
      if (brings(event)) event.preventDefault();
    };
    const dropped = (event: DragEvent) => {
      if (!brings(event)) return;
      event.preventDefault();
      depth = 0;
      setHovering(false);
      add([...(event.dataTransfer?.files ?? [])]);
    };
    const [entered, left] = [moved(1), moved(-1)];
    addEventListener("dragenter", entered);
    addEventListener("dragleave", left);
    addEventListener("dragover", over);
    addEventListener("drop", dropped);
    return () => {
      removeEventListener("dragenter", entered);
      removeEventListener("dragleave", left);
      removeEventListener("dragover", over);
      removeEventListener("drop", dropped);
    };
  }, [add]);
  if (!hovering) return null;
  return (
    <div className="pointer-events-none fixed inset-0 z-40 grid place-items-center bg-scrim p-6">
      <div className="grid max-w-md animate-rise justify-items-center gap-2 rounded-3xl border-2 border-dashed border-accent bg-surface px-10 py-9 text-center shadow-float">
        <Icon name="clip" size={28} />
        <p className="text-lg font-semibold">Drop files to send them along</p>
        <p className="text-sm text-ink-soft">{hintText(files.limits)}</p>
      </div>
    </div>
  );
}
