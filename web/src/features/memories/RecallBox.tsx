import { useState } from "react";

import { memoriesApi, type Recall, type Recalled } from "../../api/memories";
import { Section } from "../../console/Section";
import { useAct } from "../../console/useAct";
import { Button } from "../../design/Button";
import { TextBox } from "../../design/Control";
import { numberText } from "../../form/words";
import { SCORE_PARTS, width } from "./words";

const MOST = 5;
const two = (value: number): string => numberText(Math.round(value * 100) / 100);

function Score({ item }: { item: Recalled }) {
  return (
    <li className="py-3">
      <p className="flex items-baseline gap-3 text-sm">
        <span className="min-w-0 flex-1 leading-snug [overflow-wrap:anywhere]">
          {item.memory.content}
        </span>
        <span className="font-semibold tabular-nums">{two(item.score)}</span>
      </p>
      <dl className="mt-1.5 space-y-1">
        {SCORE_PARTS.map(({ name, label, weight }) => (
          <div key={name} className="flex items-center gap-2 text-xs text-ink-faint">
            <dt className="w-34 shrink-0">{label}</dt>
            <dd className="flex flex-1 items-center gap-2">
              <span aria-hidden="true" className="h-1 flex-1 overflow-hidden rounded-full bg-line">
                <span
                  className="block h-full rounded-full bg-accent"
                  style={{ width: width(item[name]) }}
                />
              </span>
              <span className="w-16 text-end tabular-nums">
                {two(item[name])} × {weight}
              </span>
            </dd>
          </div>
        ))}
      </dl>
    </li>
  );
}

/** Shows what an agent would recall for a message, and why in that order. Looking changes nothing. */
export function RecallBox({ contact, agent }: { contact: string; agent: string }) {
  const [query, setQuery] = useState("");
  const [recall, setRecall] = useState<Recall | null>(null);
  const { act, busy, failure } = useAct();
  const ask = () => {
    const question = query.trim();
    if (question === "") return;
    void act(
      (token) =>
        memoriesApi.recall(token, {
          query: question,
          limit: MOST,
          ...(contact !== "" && { contact_id: contact }),
          ...(agent !== "" && { agent_id: agent }),
        }),
      setRecall,
    );
  };
  return (
    <Section title="What would be recalled?">
      <form
        aria-label="Try recalling"
        className="flex gap-2"
        onSubmit={(event) => {
          event.preventDefault();
          ask();
        }}
      >
        <TextBox
          aria-label="A message of the customer"
          placeholder="A message of the customer"
          maxLength={1000}
          value={query}
          onChange={(event) => {
            setQuery(event.target.value);
          }}
        />
        <Button type="submit" aria-disabled={busy || query.trim() === ""}>
          {busy ? "…" : "Try"}
        </Button>
      </form>
      {failure !== null && (
        <p role="alert" className="mt-2 text-sm text-danger">
          {failure}
        </p>
      )}
      {recall !== null && (
        <div role="status">
          <p className="mt-3 text-sm text-ink-soft">
            {recall.items.length === 0
              ? "Nothing is recalled for this."
              : `Confidence ${two(recall.confidence)}`}
          </p>
          <ol aria-label="Recalled" className="divide-y divide-line">
            {recall.items.map((item) => (
              <Score key={item.memory.id} item={item} />
            ))}
          </ol>
        </div>
      )}
    </Section>
  );
}
