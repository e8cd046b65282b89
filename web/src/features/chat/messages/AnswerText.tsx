import { type ComponentProps, createContext, useContext, useMemo } from "react";
import type { Components, ExtraProps } from "react-markdown";

import { cx } from "../../../design/cx";
import { Markdown, type PluggableList } from "../../../design/Markdown";
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

const Citations = createContext<Omit<AnswerTextProps, "text">>({ citations: [] });

function Cite({ node, children }: ComponentProps<"cite"> & ExtraProps) {
  const { citations, active, onOpen } = useContext(Citations);
  const number = Number(node?.properties["dataNumber"]);
  const title = citations.find((citation) => citation.number === number)?.title;
  if (title === undefined) return <cite>{children}</cite>;
  if (onOpen === undefined) return <span className={cx(CHIP, "bg-marker-soft")}>{number}</span>;
  return (
    <CitationChip
      number={number}
      title={title}
      active={number === active}
      onOpen={() => {
        onOpen(number);
      }}
    />
  );
}

/** One object for good: a new one would draw every chip anew, and the focus would be lost. */
const COMPONENTS: Components = { cite: Cite };

/** An answer's markdown, its `[n]` markers as citations. */
export function AnswerText({ text, ...rest }: AnswerTextProps) {
  const numbers = rest.citations.map((citation) => citation.number).join(" ");
  const plugins = useMemo<PluggableList>(
    () => [[remarkCitations, numbers === "" ? [] : numbers.split(" ").map(Number)]],
    [numbers],
  );
  return (
    <div className="prose" dir="auto">
      <Citations value={rest}>
        <Markdown text={text} components={COMPONENTS} remarkPlugins={plugins} />
      </Citations>
    </div>
  );
}
