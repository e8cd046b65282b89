import type { AuditSource } from "../../api/audit";
import { Section } from "../../console/Section";
import { safeUrl } from "../../design/Markdown";

function Source({ source }: { source: AuditSource }) {
  const href = safeUrl(source.link ?? "");
  return (
    <li className="flex gap-3 py-3">
      <span className="mt-0.5 grid h-5.5 min-w-5.5 place-items-center self-start rounded-md bg-marker-soft px-1 text-xs font-semibold text-marker-ink tabular-nums">
        {source.number}
      </span>
      <div className="min-w-0">
        <p className="text-[0.9375rem] leading-snug font-medium [overflow-wrap:anywhere]">
          {href === "" ? (
            source.title
          ) : (
            <a href={href} target="_blank" rel="noopener noreferrer" className="hover:underline">
              {source.title}
            </a>
          )}
          {source.heading !== null && (
            <span className="font-normal text-ink-faint"> · {source.heading}</span>
          )}
        </p>
        {source.quote !== "" && (
          <blockquote className="mt-1 font-serif leading-snug text-ink-soft [overflow-wrap:anywhere]">
            {source.quote}
          </blockquote>
        )}
      </div>
    </li>
  );
}

type ListProps = { label: string; sources: AuditSource[] };

export function SourceList({ label, sources }: ListProps) {
  return (
    <ul aria-label={label} className="divide-y divide-line">
      {sources.map((source) => (
        <Source key={source.chunk_id} source={source} />
      ))}
    </ul>
  );
}

/** The passages that the answer cites, and those that it could have. */
export function Sources({ sources }: { sources: AuditSource[] }) {
  const cited = sources.filter((source) => source.cited);
  const others = sources.filter((source) => !source.cited);
  if (sources.length === 0) return null;
  return (
    <Section title="Sources">
      {cited.length === 0 ? (
        <p className="text-sm text-ink-faint">The answer cites none of the passages it was given.</p>
      ) : (
        <SourceList label="Cited" sources={cited} />
      )}
      {others.length > 0 && (
        <details className="mt-2 text-sm">
          <summary className="w-fit cursor-pointer rounded text-ink-soft hover:text-ink">
            {others.length} more {others.length === 1 ? "passage was" : "passages were"} at hand
          </summary>
          <SourceList label="Not cited" sources={others} />
        </details>
      )}
    </Section>
  );
}
