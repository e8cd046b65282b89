import { Labelled, TextArea } from "../../design/Control";

const MOST_CHARS = 4_000;

/** A word for the team about the decision. */
export function Notes({ value, onChange }: { value: string; onChange: (notes: string) => void }) {
  return (
    <Labelled
      label="Notes (optional)"
      htmlFor="decision-notes"
      help="For the team; the customer never sees them."
    >
      <TextArea
        id="decision-notes"
        rows={2}
        className="min-h-16!"
        value={value}
        maxLength={MOST_CHARS}
        aria-describedby="decision-notes-help"
        onChange={(event) => {
          onChange(event.target.value);
        }}
      />
    </Labelled>
  );
}
