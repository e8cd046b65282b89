import { useRef } from "react";

import { IconButton } from "../../../design/Button";
import { hintText } from "./model";
import type { Files } from "./useFiles";

/** Opens the browser's own choice of files. */
export function AttachButton({ files }: { files: Files }) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <IconButton
        label={`Attach files (${hintText(files.limits)})`}
        icon="clip"
        onClick={() => input.current?.click()}
      />
      <input
        ref={input}
        type="file"
        multiple
        tabIndex={-1}
        aria-hidden="true"
        data-testid="file-input"
        accept={files.limits.types.join(",")}
        className="hidden"
        onChange={({ currentTarget }) => {
          files.add([...(currentTarget.files ?? [])]);
          // So that the same file can be chosen again.
          currentTarget.value = "";
        }}
      />
    </>
  );
}
