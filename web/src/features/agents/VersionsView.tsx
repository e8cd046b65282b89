import { useState } from "react";

import type { Version } from "../../api/console";
import { Button } from "../../design/Button";
import { Notice } from "../../design/Notice";
import { CompareDialog } from "./CompareDialog";
import { Pager } from "../../console/Pager";
import { useVersions, VERSIONS_PAGE } from "./queries";
import { RollBackDialog } from "./RollBackDialog";
import type { Editor } from "./useEditor";
import { VersionDialog } from "./VersionDialog";
import { When } from "../../console/When";

type Doing =
  | { what: "view"; version: string }
  | { what: "compare"; from: string; to: string }
  | { what: "roll back"; version: string };

type RowProps = {
  entry: Version;
  current: boolean;
  before: string | null;
  currentVersion: string;
  mayWrite: boolean;
  onDo: (doing: Doing) => void;
};

function Row({ entry, current, before, currentVersion, mayWrite, onDo }: RowProps) {
  const { version, author, summary, created_at: at } = entry;
  return (
    <li className="flex flex-wrap items-start gap-x-4 gap-y-2 py-4">
      <div className="min-w-0 flex-1 basis-64">
        <div className="flex flex-wrap items-baseline gap-x-2.5">
          <span className="font-mono text-[0.9375rem] font-semibold">{version}</span>
          {current && (
            <span className="rounded-full bg-accent-soft px-2 py-0.5 text-xs text-accent-soft-ink">
              In effect
            </span>
          )}
        </div>
        <p className="mt-0.5 text-[0.9375rem] leading-snug [overflow-wrap:anywhere]">
          {summary || <span className="text-ink-faint">No summary</span>}
        </p>
        <p className="mt-1 text-[0.8125rem] text-ink-faint">
          {author ?? "Deskhand"} · <When at={at} />
        </p>
      </div>
      <div className="flex flex-wrap gap-x-1 gap-y-1 max-sm:-ms-3">
        <Button
          small
          look="plain"
          aria-label={`View version ${version}`}
          onClick={() => {
            onDo({ what: "view", version });
          }}
        >
          View
        </Button>
        {(!current || before !== null) && (
          <Button
            small
            look="plain"
            aria-label={
              current ? `Show what version ${version} changed` : `Compare version ${version}`
            }
            onClick={() => {
              onDo(
                current
                  ? { what: "compare", from: before ?? version, to: version }
                  : { what: "compare", from: version, to: currentVersion },
              );
            }}
          >
            {current ? "Changes" : "Compare"}
          </Button>
        )}
        {mayWrite && !current && (
          <Button
            small
            look="plain"
            icon="restore"
            aria-label={`Roll back to version ${version}`}
            onClick={() => {
              onDo({ what: "roll back", version });
            }}
          >
            Roll back
          </Button>
        )}
      </div>
    </li>
  );
}

type DialogsProps = {
  doing: Doing;
  editor: Editor;
  known: string[];
  onClose: () => void;
};

function Dialogs({ doing, editor, known, onClose }: DialogsProps) {
  switch (doing.what) {
    case "view":
      return <VersionDialog editor={editor} version={doing.version} onClose={onClose} />;
    case "compare":
      return (
        <CompareDialog
          editor={editor}
          known={known}
          from={doing.from}
          to={doing.to}
          onClose={onClose}
        />
      );
    case "roll back":
      return <RollBackDialog editor={editor} version={doing.version} onClose={onClose} />;
  }
}

/** Every state the contract ever had: to read, to compare, and to go back to. */
export function VersionsView({ editor, mayWrite }: { editor: Editor; mayWrite: boolean }) {
  const { agent } = editor;
  const [page, setPage] = useState(1);
  const [doing, setDoing] = useState<Doing | null>(null);
  const versions = useVersions(agent.id, page);
  if (versions.isError) {
    return (
      <Notice
        tone="danger"
        icon="alert"
        className="my-6"
        actions={
          <Button look="inline" onClick={() => void versions.refetch()}>
            Try again
          </Button>
        }
      >
        <span role="alert">The versions could not be loaded. {versions.error.message}</span>
      </Notice>
    );
  }
  if (versions.data === undefined) {
    return (
      <p role="status" className="py-6 text-ink-faint">
        Loading the versions…
      </p>
    );
  }
  const { items, total } = versions.data;
  return (
    <div className="py-3">
      <ol aria-label="Versions" className="divide-y divide-line">
        {items.map((entry, index) => (
          <Row
            key={entry.version}
            entry={entry}
            current={entry.version === agent.version}
            currentVersion={agent.version}
            before={items[index + 1]?.version ?? null}
            mayWrite={mayWrite}
            onDo={setDoing}
          />
        ))}
      </ol>
      <Pager page={page} size={VERSIONS_PAGE} total={total} onPage={setPage} />
      {doing !== null && (
        <Dialogs
          doing={doing}
          editor={editor}
          known={items.map((entry) => entry.version)}
          onClose={() => {
            setDoing(null);
          }}
        />
      )}
    </div>
  );
}
