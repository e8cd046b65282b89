"""Markdown, MDX and plain text. Above: `formats`; below: front matter, tags, links.

Code is never touched. What only a browser shows (components, tags, comments, imports) is taken out, with all
words in it kept.
"""

import re

from deskhand.documents.code_spans import code_spans
from deskhand.documents.front_matter import split_front_matter
from deskhand.documents.jsx import parse_tags
from deskhand.documents.links import plain_links
from deskhand.documents.model import Converted, DocumentKind, Job
from deskhand.documents.tags import write_tags
from deskhand.documents.text import clean, decode

_MODULE_LINE = re.compile(
    r"import\s+(?:['\"]|[\w*{][^\n]*\bfrom\s*['\"]|\{[^\n]*$)"
    r"|export\s+(?:const|let|var|function|default|async|class|\{|\*)"
)


def read(job: Job) -> Converted:
    """The page without its dress; plain text as it is."""
    raw, encoding = decode(job.name, job.content)
    text = clean(raw)
    if job.kind is DocumentKind.TEXT:
        return Converted(markdown=text, metadata={"encoding": encoding})
    front, body = split_front_matter(text)
    return Converted(
        markdown=clean_markdown(body, mdx=job.kind is DocumentKind.MDX),
        title=front.title,
        link=front.link,
        metadata={**front.metadata, "encoding": encoding},
    )


def clean_markdown(text: str, *, mdx: bool) -> str:
    """Markdown with neither tags nor comments. `mdx`: also without its imports, exports and `{/* … */}`."""
    if mdx:
        text = _without_modules(text)
    if "<" in text or (mdx and "{/*" in text):
        spans = code_spans(text, indented=not mdx)
        text = write_tags(parse_tags(text, spans, comments_in_braces=mdx))
    return plain_links(text, indented_code=not mdx)


def _without_modules(text: str) -> str:
    """Blocks that begin with an import or export at the start of a line, up to the next empty line."""
    if "import" not in text and "export" not in text:
        return text
    kept: list[str] = []
    starts_block, in_module, fence = True, False, ""
    for line in text.split("\n"):
        mark = line.lstrip()[:3]
        if mark in {"```", "~~~"} and fence in {"", mark}:
            fence = "" if fence else mark
        begins = starts_block and _MODULE_LINE.match(line) is not None
        in_module = not fence and bool(line.strip()) and (in_module or begins)
        starts_block = not line.strip() or in_module
        if not in_module:
            kept.append(line)
    return "\n".join(kept)
