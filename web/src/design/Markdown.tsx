import { type ComponentProps, memo } from "react";
import ReactMarkdown, { type Components, type Options } from "react-markdown";
import remarkGfm from "remark-gfm";

const SAFE = /^(https?:|mailto:)/i;

/** Only web and mail addresses stay; everything else (scripts, data, relative paths) is dropped. */
export const safeUrl = (url: string): string => (SAFE.test(url.trim()) ? url : "");

function SafeLink({ href, children }: ComponentProps<"a">) {
  if (href === undefined || href === "") return <>{children}</>;
  return (
    <a href={href} target="_blank" rel="noopener noreferrer">
      {children}
    </a>
  );
}

const BASE: Components = {
  a: ({ href, children }) => <SafeLink href={href}>{children}</SafeLink>,
  // A picture would be fetched from wherever the text says: it becomes a link instead.
  img: ({ src, alt }) => (
    <SafeLink href={typeof src === "string" ? src : undefined}>{alt ?? "Picture"}</SafeLink>
  ),
  table: ({ children }) => (
    // A wide table scrolls by itself and so has to be reachable by keyboard.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div className="table-scroll" role="group" aria-label="Table" tabIndex={0}>
      <table>{children}</table>
    </div>
  ),
};

export type PluggableList = NonNullable<Options["remarkPlugins"]>;

const NONE: PluggableList = [];

type MarkdownProps = {
  text: string;
  components?: Components;
  remarkPlugins?: PluggableList;
  rehypePlugins?: PluggableList;
};

/** Markdown from a model or a document, made harmless: no raw HTML, no pictures, safe links only. */
export const Markdown = memo(function Markdown({
  text,
  components,
  remarkPlugins = NONE,
  rehypePlugins = NONE,
}: MarkdownProps) {
  return (
    <ReactMarkdown
      remarkPlugins={[remarkGfm, ...remarkPlugins]}
      rehypePlugins={rehypePlugins}
      urlTransform={safeUrl}
      components={{ ...BASE, ...components }}
    >
      {text}
    </ReactMarkdown>
  );
});
