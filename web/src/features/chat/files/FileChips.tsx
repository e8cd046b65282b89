import { useEffect, useRef, useState } from "react";

import { IconButton } from "../../../design/Button";
import { cx } from "../../../design/cx";
import { Icon } from "../../../design/Icon";
import { type DraftFile, newsOf, sizeText, stateText } from "./model";
import type { Files } from "./useFiles";

const isBad = ({ state }: DraftFile): boolean => state === "refused" || state === "failed";

function Progress({ file }: { file: DraftFile }) {
  if (file.state !== "uploading" && file.state !== "reading") return null;
  const known = file.state === "uploading" && file.progress < 1;
  return (
    <span
      role="progressbar"
      aria-label={`${file.name}: ${stateText(file)}`}
      aria-valuemin={0}
      aria-valuemax={100}
      {...(known && { "aria-valuenow": Math.floor(file.progress * 100) })}
      className="absolute inset-x-0 bottom-0 h-0.75 bg-line"
    >
      <span
        className={cx(
          "block h-full bg-accent transition-[width] duration-150",
          !known && "animate-pulse",
        )}
        style={{ width: known ? `${file.progress * 100}%` : "100%" }}
      />
    </span>
  );
}

function Chip({ file, files }: { file: DraftFile; files: Files }) {
  const bad = isBad(file);
  return (
    <li
      data-testid="file-chip"
      data-state={file.state}
      className={cx(
        "relative flex max-w-full items-center gap-2 overflow-hidden rounded-xl border py-1 ps-3 pe-1 text-sm max-sm:w-full",
        bad ? "border-danger/40 bg-danger-soft text-danger" : "border-line bg-surface",
      )}
    >
      <Icon name={bad ? "alert" : "file"} size={17} />
      <span className="min-w-0 flex-1 py-1 leading-snug">
        <span className="block max-w-64 truncate font-medium">{file.name}</span>
        <span className={cx("block text-xs", bad ? "max-w-80" : "max-w-64 truncate text-ink-faint")}>
          {stateText(file)}
          {!bad && file.bytes > 0 && ` · ${sizeText(file.bytes)}`}
        </span>
      </span>
      {file.state === "failed" && files.canRetry(file.key) && (
        <IconButton
          small
          label={`Send ${file.name} again`}
          icon="retry"
          className="text-danger!"
          onClick={() => {
            files.retry(file.key);
          }}
        />
      )}
      <IconButton
        small
        label={`Remove ${file.name}`}
        icon="close"
        className={bad ? "text-danger!" : undefined}
        onClick={() => {
          files.remove(file.key);
        }}
      />
      <Progress file={file} />
    </li>
  );
}

/** What has changed, said once, for who does not see the chips. */
function useNews(drafts: DraftFile[]): string {
  const [news, setNews] = useState("");
  const before = useRef<DraftFile[]>([]);
  useEffect(() => {
    const told = newsOf(before.current, drafts);
    before.current = drafts;
    if (told !== "") setNews(told);
  }, [drafts]);
  return news;
}

/** The files that go with the message being written. */
export function FileChips({ files }: { files: Files }) {
  const news = useNews(files.drafts);
  return (
    <>
      <p role="status" aria-label="Files" className="sr-only">
        {news}
      </p>
      {files.drafts.length > 0 && (
        <ul aria-label="Files to send" className="mb-2 flex max-h-48 flex-wrap gap-2 overflow-y-auto">
          {files.drafts.map((file) => (
            <Chip key={file.key} file={file} files={files} />
          ))}
        </ul>
      )}
    </>
  );
}
