import { type Change, changedWords, type Piece, touches } from "../../data/diff";
import type { Json } from "../../data/json";
import { cx } from "../../design/cx";
import { labelsAlong } from "../../form/fields";
import type { Schema } from "../../form/schema";
import { valueText } from "../../form/words";

const KINDS: Record<Change["kind"], string> = {
  added: "Added",
  removed: "Removed",
  changed: "Changed",
};
/** Shorter values fit on one line: "30 → 65". */
const SHORT = 24;

/** A value in full: words for simple things, JSON for what has parts. */
function fullText(value: Json): string {
  const simple = !Array.isArray(value) || value.every((item) => typeof item !== "object");
  if (simple && (typeof value !== "object" || value === null || Array.isArray(value))) {
    return valueText(value);
  }
  return JSON.stringify(value, null, 2);
}

const isEmpty = (value: Json): boolean =>
  value === null || value === "" || (Array.isArray(value) && value.length === 0);

const MARKS = {
  before: { sign: "−", name: "Before", box: "bg-danger-soft", word: "bg-danger/20" },
  after: { sign: "+", name: "After", box: "bg-accent-soft", word: "bg-accent/20" },
};

function Side({ side, pieces }: { side: keyof typeof MARKS; pieces: Piece[] }) {
  const { sign, name, box, word } = MARKS[side];
  const some = pieces.some((piece) => !piece.changed);
  return (
    <div className={cx("flex min-w-0 gap-2.5 rounded-lg px-3 py-2", box)}>
      <span aria-hidden="true" className="font-mono text-ink-faint select-none">
        {sign}
      </span>
      <span className="sr-only">{name}: </span>
      <span className="min-w-0 whitespace-pre-wrap [overflow-wrap:anywhere]">
        {pieces.map((piece, index) =>
          piece.changed && some ? (
            <span key={index} className={cx("rounded-sm", word)}>
              {piece.text}
            </span>
          ) : (
            <span key={index}>{piece.text}</span>
          ),
        )}
      </span>
    </div>
  );
}

function Values({ change }: { change: Change }) {
  const before = fullText(change.before);
  const after = fullText(change.after);
  if (before.length <= SHORT && after.length <= SHORT) {
    return (
      <p className="text-[0.9375rem] tabular-nums">
        <span className="sr-only">Before: </span>
        <span className="text-ink-soft line-through decoration-ink-faint/60">{before}</span>
        <span aria-hidden="true" className="mx-2 text-ink-faint">
          →
        </span>
        <span className="sr-only">, after: </span>
        <span className="font-medium">{after}</span>
      </p>
    );
  }
  const words = changedWords(before, after);
  const [had, has] = [!isEmpty(change.before), !isEmpty(change.after)];
  return (
    <div className="grid gap-1.5 text-sm leading-relaxed">
      {had && <Side side="before" pieces={words.before} />}
      {has && <Side side="after" pieces={words.after} />}
    </div>
  );
}

type DiffViewProps = {
  changes: Change[];
  schema: Schema;
  /** Paths changed here as well: they are pointed out. */
  mine?: Change[];
};

/** What changed, field by field, in the form's own words. */
export function DiffView({ changes, schema, mine = [] }: DiffViewProps) {
  return (
    <ul aria-label="Changes" className="divide-y divide-line">
      {changes.map((change) => {
        const both = mine.some((other) => touches(other.path, change.path));
        return (
          <li key={change.path} className="py-3.5">
            <div className="mb-1.5 flex flex-wrap items-baseline gap-x-2.5">
              <span className="text-sm font-medium">
                {labelsAlong(schema, change.path).join(" › ")}
              </span>
              {change.kind !== "changed" && (
                <span className="text-xs text-ink-faint">{KINDS[change.kind]}</span>
              )}
              {both && <span className="text-xs font-medium text-warn">You changed this too</span>}
            </div>
            <Values change={change} />
          </li>
        );
      })}
    </ul>
  );
}
