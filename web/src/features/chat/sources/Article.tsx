import { useQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useRef, useState } from "react";

import { chatApi } from "../../../api/chat";
import type { Citation } from "../../../api/types";
import { Button } from "../../../design/Button";
import { Markdown, type PluggableList } from "../../../design/Markdown";
import { Notice } from "../../../design/Notice";
import { useChat } from "../useChat";
import { ArticleLink } from "./CitationCard";
import { rehypeHighlight } from "./highlight";

type ArticleTextProps = { markdown: string; quote: string };

/** The article, scrolled to the passage that was quoted from it. */
function ArticleText({ markdown, quote }: ArticleTextProps) {
  const body = useRef<HTMLDivElement>(null);
  const [found, setFound] = useState(true);
  const plugins = useMemo<PluggableList>(() => [[rehypeHighlight, quote]], [quote]);
  useEffect(() => {
    const mark = body.current?.querySelector("mark");
    setFound(mark !== null && mark !== undefined);
    mark?.scrollIntoView({ block: "center" });
  }, [markdown, quote]);
  return (
    <>
      {!found && (
        <Notice className="mb-4">
          The quoted passage is no longer in this article word for word.
        </Notice>
      )}
      <div ref={body} dir="auto" className="prose prose-article">
        <Markdown text={markdown} rehypePlugins={plugins} />
      </div>
    </>
  );
}

function Skeleton() {
  return (
    <div role="status" aria-label="Loading the article" className="space-y-3 pt-2">
      {["w-3/4", "w-full", "w-11/12", "w-full", "w-2/3"].map((width, index) => (
        <div key={index} className={`h-3.5 animate-pulse rounded bg-line ${width}`} />
      ))}
    </div>
  );
}

/** A leading heading that repeats the title is left out: the panel shows the title already. */
export function withoutTitle(markdown: string, title: string): string {
  const heading = /^\s*#\s+(.+?)\s*#*\s*(?:\n|$)/.exec(markdown);
  if (heading?.[1]?.trim().toLowerCase() !== title.trim().toLowerCase()) return markdown;
  return markdown.slice(heading[0].length);
}

type ArticleProps = { citation: Citation; onBack: () => void };

export function Article({ citation, onBack }: ArticleProps) {
  const chat = useChat();
  const title = useRef<HTMLHeadingElement>(null);
  const article = useQuery({
    queryKey: ["source", citation.source_id],
    queryFn: () => chat.identity.with((token) => chatApi.source(token, citation.source_id)),
  });
  useEffect(() => {
    title.current?.focus({ preventScroll: true });
  }, []);
  return (
    <article data-testid="source-article" aria-label={citation.title}>
      <Button look="plain" small icon="back" className="-ms-3 mb-2" onClick={onBack}>
        All sources
      </Button>
      <h3
        ref={title}
        tabIndex={-1}
        className="text-xl leading-snug font-semibold tracking-tight text-balance outline-none"
      >
        {article.data?.title ?? citation.title}
      </h3>
      <div className="mt-1.5 mb-5">
        <ArticleLink link={article.data?.link ?? citation.link} />
      </div>
      {article.isPending && <Skeleton />}
      {article.isError && (
        <Notice
          tone="danger"
          actions={
            <Button look="inline" icon="retry" onClick={() => void article.refetch()}>
              Try again
            </Button>
          }
        >
          The article could not be loaded. {article.error.message}
        </Notice>
      )}
      {article.data !== undefined && (
        <ArticleText
          markdown={withoutTitle(article.data.markdown, article.data.title)}
          quote={citation.quote}
        />
      )}
    </article>
  );
}
