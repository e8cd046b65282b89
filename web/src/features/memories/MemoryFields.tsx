import { describedBy, Labelled, TextArea } from "../../design/Control";
import { importanceText, percent, width } from "./words";

const MOST_CHARS = 4_000;

type MemoryFieldsProps = {
  content: string;
  importance: number;
  error: string | null;
  onContent: (content: string) => void;
  onImportance: (importance: number) => void;
};

/** What is remembered, and how much it weighs. */
export function MemoryFields(props: MemoryFieldsProps) {
  const { content, importance, error, onContent, onImportance } = props;
  return (
    <div className="space-y-5 text-ink">
      <Labelled label="What to remember" htmlFor="memory-content" error={error}>
        <TextArea
          id="memory-content"
          value={content}
          maxLength={MOST_CHARS}
          aria-invalid={error !== null}
          aria-describedby={describedBy("memory-content", { error: error !== null, help: false })}
          onChange={(event) => {
            onContent(event.target.value);
          }}
        />
      </Labelled>
      <Labelled
        label="Importance"
        htmlFor="memory-importance"
        aside={<span className="text-ink-faint tabular-nums">{percent(importance)}</span>}
        help="What weighs little is forgotten first."
      >
        <input
          id="memory-importance"
          type="range"
          min={0}
          max={1}
          step={0.05}
          value={importance}
          aria-valuetext={importanceText(importance)}
          aria-describedby="memory-importance-help"
          className="slider w-full"
          style={{ "--share": width(importance) } as React.CSSProperties}
          onChange={(event) => {
            onImportance(Number(event.target.value));
          }}
        />
      </Labelled>
    </div>
  );
}
