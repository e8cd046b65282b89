import { useState } from "react";

import { auditApi, type AuditPiece, type AuditRecord, type AuditReplay } from "../../api/audit";
import { Section } from "../../console/Section";
import { useAct } from "../../console/useAct";
import { Button } from "../../design/Button";
import { Notice } from "../../design/Notice";
import { numberText } from "../../form/words";
import { SourceList } from "./Sources";
import { kindText } from "./words";

/** Both answers in one: what went is struck out, what came is underlined; screen readers are told, too. */
function Pieces({ pieces }: { pieces: AuditPiece[] }) {
  return (
    <p
      data-testid="replay-diff"
      className="rounded-xl bg-sunken px-4 py-3 text-[0.9375rem] leading-relaxed whitespace-pre-wrap [overflow-wrap:anywhere]"
    >
      {pieces.map(({ kind, text }, index) => {
        if (kind === "same") return <span key={index}>{text}</span>;
        if (kind === "added") {
          return (
            <ins key={index} className="rounded-sm bg-accent/20 decoration-accent">
              <span className="sr-only"> (new: </span>
              {text}
              <span className="sr-only">) </span>
            </ins>
          );
        }
        return (
          <del key={index} className="rounded-sm bg-danger/20 text-ink-soft decoration-danger">
            <span className="sr-only"> (gone: </span>
            {text}
            <span className="sr-only">) </span>
          </del>
        );
      })}
    </p>
  );
}

function verdict({ same, same_answer: sameAnswer }: AuditReplay): string {
  if (same) return "The same came out again: answer, sources and confidence.";
  return sameAnswer
    ? "The answer is the same; something beside it is not."
    : "The answer came out differently.";
}

type Line = { label: string; before: string; after: string };

/** What besides the words is different now. */
export function changedLines({ recorded, replayed }: AuditReplay): Line[] {
  const lines = [
    {
      label: "Outcome",
      before: kindText({ event: "turn", kind: recorded.kind }),
      after: kindText({ event: "turn", kind: replayed.kind }),
    },
    {
      label: "Confidence",
      before: numberText(Math.round(recorded.confidence * 1000) / 1000),
      after: numberText(Math.round(replayed.confidence * 1000) / 1000),
    },
    { label: "Model", before: recorded.model, after: replayed.model },
  ];
  return lines.filter(({ before, after }) => before !== after);
}

function Result({ replay }: { replay: AuditReplay }) {
  const lines = changedLines(replay);
  return (
    <div className="space-y-4">
      <Notice tone={replay.same ? "help" : "warn"} icon={replay.same ? "check" : "alert"}>
        {verdict(replay)}
      </Notice>
      <Pieces pieces={replay.answer} />
      {!replay.same_answer && (
        <p className="text-sm text-ink-faint">
          <del>Struck out</del>: only in the record. <ins>Underlined</ins>: only now.
        </p>
      )}
      {lines.length > 0 && (
        <ul aria-label="Other differences" className="space-y-1 text-sm">
          {lines.map(({ label, before, after }) => (
            <li key={label}>
              {label}: <span className="text-ink-soft line-through">{before}</span> → {after}
            </li>
          ))}
        </ul>
      )}
      {replay.sources_removed.length > 0 && (
        <div>
          <h3 className="text-sm font-medium">No longer cited</h3>
          <SourceList label="No longer cited" sources={replay.sources_removed} />
        </div>
      )}
      {replay.sources_added.length > 0 && (
        <div>
          <h3 className="text-sm font-medium">Newly cited</h3>
          <SourceList label="Newly cited" sources={replay.sources_added} />
        </div>
      )}
    </div>
  );
}

/** Runs the turn again from what it was given, and says what comes out differently. */
export function ReplaySection({ record }: { record: AuditRecord }) {
  const [replay, setReplay] = useState<AuditReplay | null>(null);
  const { act, busy, failure } = useAct();
  const gone = record.personal !== "readable";
  return (
    <Section
      title="Replay"
      aside={
        !gone && (
          <Button
            small
            icon="retry"
            aria-disabled={busy}
            onClick={() => void act((token) => auditApi.replay(token, record.id), setReplay)}
          >
            {busy ? "Running…" : replay === null ? "Run again" : "Once more"}
          </Button>
        )
      }
    >
      {gone && (
        <p className="text-sm text-ink-faint">
          What the turn was given can no longer be read, so it cannot run again.
        </p>
      )}
      {!gone && replay === null && failure === null && (
        <p className="text-sm leading-relaxed text-ink-soft">
          Runs the turn again with the same question, passages and history, and shows what differs.
          Nothing of it is stored, and the customer is told nothing.
        </p>
      )}
      {failure !== null && (
        <Notice tone="danger" icon="alert" className="mb-4">
          <span role="alert">It could not be run again. {failure}</span>
        </Notice>
      )}
      <div role="status" aria-label="Replay">
        {replay !== null && <Result replay={replay} />}
      </div>
    </Section>
  );
}
