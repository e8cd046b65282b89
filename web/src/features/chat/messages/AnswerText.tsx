import { useMemo } from "react";
import type { Components } from "react-markdown";

import { cx } from "../../../design/cx";
import { Markdown } from "../../../design/Markdown";
import { Tooltip } from "../../../design/Tooltip";
import { remarkCitations } from "./citations";

const CHIP =
  "relative -top-[0.22em] ms-1 me-0.5 inline-grid h-[1.3em] min-w-[1.3em] place-items-center rounded-[0.4em] px-[0.3em] align-baseline text-[0.72em] leading-none font-semibold tabular-nums not-italic text-marker-ink";

type ChipProps = { number: number; title: string; active: boolean; onOpen: () => void };

function CitationChip({ number, title, active, onOpen }: ChipProps) {
  return (
    <Tooltip text={title}>
      <button
        type="button"
        aria-label={`Citation ${number}: ${title}`}
        aria-expanded={active}
        onClick={onOpen}
        className={cx(
          CHIP,
          "transition-colors duration-150 after:absolute after:-inset-2",
          active ? "bg-marker" : "bg-marker-soft hover:bg-marker",
        )}
      >
        {number}
      </button>
    </Tooltip>
  );
}

type AnswerTextProps = {
  text: string;
  citations: { number: number; title: string }[];
  /** Number of the citation open in the sources panel. */
  active?: number | null;
  /** Without it the numbers are shown and cannot be opened (the answer is still being written). */
  onOpen?: (number: number) => void;
};

/** An answer's markdown, its `[n]` markers as citations. */
export function AnswerText({ text, citations, active = null, onOpen }: AnswerTextProps) {
  const numbers = citations.map((citation) => citation.number).join(" ");
  const plugins = useMemo(
    () => [[remarkCitations, numbers === "" ? [] : numbers.split(" ").map(Number)]] as const,
    [numbers],
  );
  const components: Components = {
    cite: ({ node, children }) => {
      const number = Number(node?.properties["dataNumber"]);
      const title = citations.find((citation) => citation.number === number)?.title;
      if (title === undefined) return <cite>{children}</cite>;
      if (onOpen === undefined) return <span className={cx(CHIP, "bg-marker-soft")}>{number}</span>;
      const open = () => {
        onOpen(number);
      };
      return (
        <CitationChip number={number} title={title} active={number === active} onOpen={open} />
      );
    },
  };
  return (
    <div className="prose" dir="auto">
      <Markdown text={text} components={components} remarkPlugins={[...plugins] as never} />
    </div>
  );
}
