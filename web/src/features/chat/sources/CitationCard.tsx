import { useEffect, useRef } from "react";

import type { Citation } from "../../../api/types";
import { Button } from "../../../design/Button";
import { cx } from "../../../design/cx";
import { Icon } from "../../../design/Icon";
import { safeUrl } from "../../../design/Markdown";
import { breadcrumb, plainQuote } from "./words";

export function ArticleLink({ link }: { link: string | null }) {
  const href = safeUrl(link ?? "");
  if (href === "") return null;
  return (
    <a
      href={href}
      target="_blank"
      rel="noopener noreferrer"
      className="inline-flex items-center gap-1.5 text-sm font-medium text-accent underline decoration-1 underline-offset-4 hover:decoration-2"
    >
      Open article
      <Icon name="external" size={15} />
      <span className="sr-only">(opens in a new tab)</span>
    </a>
  );
}

type CitationCardProps = { citation: Citation; active: boolean; onRead: () => void };

export function CitationCard({ citation, active, onRead }: CitationCardProps) {
  const card = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (!active) return;
    card.current?.focus({ preventScroll: true });
    card.current?.scrollIntoView({ block: "nearest" });
  }, [active]);
  const path = breadcrumb(citation.heading);
  return (
    <li
      ref={card}
      tabIndex={-1}
      aria-current={active}
      data-testid={`citation-${citation.number}`}
      className={cx(
        "scroll-my-4 rounded-2xl border p-4 transition-colors outline-none",
        active ? "border-marker-line bg-surface shadow-card" : "border-line",
      )}
    >
      <div className="flex items-start gap-3">
        <span
          className={cx(
            "mt-0.5 grid h-5.5 min-w-5.5 place-items-center rounded-md px-1 text-xs font-semibold text-marker-ink tabular-nums",
            active ? "bg-marker" : "bg-marker-soft",
          )}
        >
          <span className="sr-only">Citation </span>
          {citation.number}
        </span>
        <div className="min-w-0">
          <h3 className="leading-snug font-semibold wrap-anywhere">{citation.title}</h3>
          {path.length > 0 && (
            <p className="mt-0.5 text-[0.8125rem] text-ink-faint">{path.join(" › ")}</p>
          )}
        </div>
      </div>
      <blockquote className="mt-3 border-s-2 border-marker-line ps-3.5 font-serif text-[1.0625rem] leading-relaxed wrap-anywhere whitespace-pre-line">
        {plainQuote(citation.quote)}
      </blockquote>
      <div className="mt-3.5 flex flex-wrap items-center gap-x-5 gap-y-2">
        <Button look="link" icon="book" onClick={onRead}>
          Read the whole article
        </Button>
        <ArticleLink link={citation.link} />
      </div>
    </li>
  );
}
