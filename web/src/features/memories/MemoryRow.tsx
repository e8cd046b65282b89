import type { ReactNode } from "react";
import { Link } from "react-router";

import type { Memory } from "../../api/memories";
import { When } from "../../console/When";
import { IconButton } from "../../design/Button";
import { cx } from "../../design/cx";
import type { Doing } from "./MemoryDialogs";
import { importanceText, percent, sourceText, width } from "./words";

function Importance({ value }: { value: number }) {
  return (
    <span
      role="img"
      aria-label={importanceText(value)}
      title={`${importanceText(value)} (${percent(value)})`}
      className="inline-block h-1.5 w-14 overflow-hidden rounded-full bg-line align-middle"
    >
      <span className="block h-full rounded-full bg-accent" style={{ width: width(value) }} />
    </span>
  );
}

const linkLook = "text-accent underline-offset-4 hover:underline";

/** Where the conversation is to be read in which it was said. */
function placeOf({ thread_id: thread, provenance: { session_id: session } }: Memory): string | null {
  if (thread !== null) return `/console/conversations/${encodeURIComponent(thread)}`;
  return session === null ? null : `/console/sessions/${encodeURIComponent(session)}`;
}

/** Where it comes from: the sentence, and the way to the conversation. */
export function Origin({ memory }: { memory: Memory }) {
  const { provenance, stated_at: at, repeats } = memory;
  const place = placeOf(memory);
  const said = repeats > 0 ? ` · said ${repeats + 1} times` : "";
  return (
    <>
      {provenance.quote !== null && provenance.quote !== memory.content && (
        <blockquote className="mt-1.5 border-s-2 border-marker-line ps-3 font-serif text-[0.9375rem] leading-snug text-ink-soft [overflow-wrap:anywhere]">
          {provenance.quote}
        </blockquote>
      )}
      <p className="mt-1.5 text-[0.8125rem] text-ink-faint">
        {sourceText(provenance)} · <When at={at} />
        {said}
        {place !== null && (
          <>
            {" · "}
            <Link to={place} className={linkLook}>
              Conversation
            </Link>
          </>
        )}
      </p>
    </>
  );
}

type MemoryRowProps = { memory: Memory; mayWrite: boolean; onDo: (doing: Doing) => void };

export function MemoryRow({ memory, mayWrite, onDo }: MemoryRowProps) {
  const past = memory.superseded_by !== null;
  const act = (what: Doing["what"]) => () => {
    onDo({ what, memory });
  };
  const tag: ReactNode = past ? "Earlier version" : memory.contact_id === null ? "Everybody" : null;
  return (
    <li className="flex items-start gap-3 py-3.5">
      <div className="min-w-0 flex-1">
        <p className="flex flex-wrap items-center gap-x-3 gap-y-1">
          <span
            className={cx(
              "leading-snug whitespace-pre-wrap [overflow-wrap:anywhere]",
              past && "text-ink-soft line-through decoration-ink-faint/60",
            )}
          >
            {memory.content}
          </span>
          <Importance value={memory.importance} />
          {tag !== null && (
            <span className="rounded-full bg-sunken px-2 py-0.5 text-xs text-ink-soft">{tag}</span>
          )}
        </p>
        <Origin memory={memory} />
      </div>
      <div className="flex shrink-0 max-sm:flex-col">
        <IconButton small label="Earlier versions" icon="restore" onClick={act("history")} />
        {mayWrite && !past && (
          <>
            <IconButton small label="Correct" icon="pencil" onClick={act("correct")} />
            <IconButton small label="Delete" icon="trash" onClick={act("delete")} />
          </>
        )}
      </div>
    </li>
  );
}
