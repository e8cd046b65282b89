"""Web pages as Markdown, without what surrounds the article. Above: `formats`, and the reader of Word
documents, which arrive as HTML; below: Beautiful Soup and markdownify. Runs in the worker process only.
"""

import copy
import re
from typing import Any

from bs4 import BeautifulSoup, Comment, Doctype, Tag
from markdownify import ATX, MarkdownConverter

from deskhand.documents.model import Converted, Job
from deskhand.documents.tables import markdown_table
from deskhand.documents.tags import alternative_text
from deskhand.documents.text import clean, decode

_CHARSET = re.compile(rb"<meta[^>]{1,200}?charset\s*=\s*[\"']?([\w-]{2,40})", re.IGNORECASE)
_HEAD_BYTES = 4096
_SILENT = (
    "script",
    "style",
    "noscript",
    "template",
    "iframe",
    "svg",
    "object",
    "embed",
    "canvas",
    "audio",
    "video",
    "button",
    "input",
    "select",
    "textarea",
    "nav",
    "footer",
    "dialog",
)
_SURROUNDINGS = (
    "[hidden], [aria-hidden=true], [role=navigation], [role=banner], [role=contentinfo], [role=search], "
    "[id*=cookie-banner i], [class*=cookie-banner i], [id*=cookie-consent i], [class*=cookie-consent i]"
)
_MAIN = ("main", "article", "[role=main]")
_ENOUGH_OF_ALL = 0.3
_ENOUGH_WORDS = 20
_CELL_END = "\x1f"
_ROW_END = "\x1e"
_MAX_SPAN = 100
_MAX_DIGITS = 6
_PERMALINKS = frozenset({"¶", "#", "§", "🔗"})


def read(job: Job) -> Converted:
    """The article of the page, its title and its canonical address."""
    declared = _CHARSET.search(job.content[:_HEAD_BYTES])
    text, encoding = decode(job.name, job.content, declared=declared.group(1).decode() if declared else None)
    soup = BeautifulSoup(clean(text), "lxml")
    title = soup.title.get_text() if soup.title else None
    metadata = {
        "encoding": encoding,
        "description": _meta(soup, "description") or _meta(soup, "og:description"),
        "author": _meta(soup, "author"),
        "language": str(soup.html.get("lang") or "") if soup.html else "",
    }
    link = _link(soup)
    _drop_surroundings(soup)
    return Converted(markdown=markdown_of(_article(soup)), title=title, link=link, metadata=metadata)


def markdown_of(soup: Tag) -> str:
    """Markdown of a tree: tables with a header row and escaped bars, pictures as their words, whole links only."""
    for table in soup.find_all("table"):
        if _only_lays_out(table):
            _unwrap_table(table)
        else:
            _repeat_spanned(table)
    try:
        return str(_PageWriter().convert_soup(soup))
    except RecursionError:
        return soup.get_text("\n", strip=True)


class _PageWriter(MarkdownConverter):
    """What differs from the library's ways: see `markdown_of`. Letters stay as written, so that quotes are found."""

    class Options:
        heading_style = ATX
        bullets = "-"
        autolinks = False
        wrap = True
        wrap_width = None
        escape_asterisks = False
        escape_underscores = False
        escape_misc = False

    def convert_a(self, el: Tag, text: str, parent_tags: set[str]) -> str:  # noqa: ARG002 - as called
        href = str(el.get("href") or "")
        words = " ".join(text.split())
        if words in _PERMALINKS:
            return ""
        if not words or not href.startswith(("http://", "https://", "mailto:")):
            return text
        return f"{' ' * text[:1].isspace()}[{words}]({href}){' ' * text[-1:].isspace()}"

    def convert_img(self, el: Tag, text: str, parent_tags: set[str]) -> str:  # noqa: ARG002 - as called
        return alternative_text(str(el.get("alt") or ""))

    def convert_td(self, el: Tag, text: str, parent_tags: set[str]) -> str:  # noqa: ARG002 - as called
        return text + _CELL_END * _span(el, "colspan")

    convert_th = convert_td

    def convert_tr(self, el: Tag, text: str, parent_tags: set[str]) -> str:  # noqa: ARG002 - as called
        return text.strip("\n") + _ROW_END

    def convert_table(self, el: Tag, text: str, parent_tags: set[str]) -> str:  # noqa: ARG002 - as called
        *rows, rest = text.split(_ROW_END)
        first = el.find("tr")
        named = isinstance(first, Tag) and first.find("th") is not None and first.find("td") is None
        table = markdown_table([row.split(_CELL_END)[:-1] for row in rows], header=named or None)
        return f"\n\n{rest.strip()}\n\n{table}\n\n"


def _only_lays_out(table: Tag) -> bool:
    """A table of one column, around another table or around code says where things stand, not what they are."""
    if table.find(["table", "pre"]):
        return True
    return all(len(row.find_all(["td", "th"])) <= 1 for row in table.find_all("tr"))


def _unwrap_table(table: Tag) -> None:
    for part in [table, *table.find_all(["td", "th", "tr", "tbody", "thead", "tfoot"])]:
        if part.find_parent("table") in {table, None} or part is table:
            part.name = "div"


def _repeat_spanned(table: Tag) -> None:
    """A cell that reaches over several rows is said again in each, so that every row can be read alone."""
    rows = table.find_all("tr")
    for number, row in enumerate(rows):
        for place, cell in enumerate(row.find_all(["td", "th"])):
            reach = _span(cell, "rowspan")
            del cell["rowspan"]
            for below in rows[number + 1 : number + reach]:
                cells = below.find_all(["td", "th"])
                if place < len(cells):
                    cells[place].insert_before(copy.copy(cell))
                else:
                    below.append(copy.copy(cell))


def _span(cell: Tag, attribute: str) -> int:
    value = str(cell.get(attribute) or "1")
    return max(1, min(int(value), _MAX_SPAN)) if value.isdecimal() and len(value) < _MAX_DIGITS else 1


def _article(soup: BeautifulSoup) -> Tag:
    body = soup.body or soup
    words = len(body.get_text(" ").split())
    for selector in _MAIN:
        found = soup.select(selector)
        inside = sum(len(part.get_text(" ").split()) for part in found)
        if len(found) == 1 and inside >= max(words * _ENOUGH_OF_ALL, min(words, _ENOUGH_WORDS)):
            return found[0]
    return body


def _drop_surroundings(soup: BeautifulSoup) -> None:
    for element in soup(list(_SILENT)):
        element.decompose()
    for element in soup.select(_SURROUNDINGS):
        element.decompose()
    for frame in soup(["header", "aside"]):
        if not frame.find("h1") and not frame.find_parent(["main", "article"]):
            frame.decompose()
    for mark in soup.find_all(string=lambda text: isinstance(text, Comment | Doctype)):
        mark.extract()


def _meta(soup: BeautifulSoup, name: str) -> str:
    found = soup.find("meta", attrs={"name": name}) or soup.find("meta", attrs={"property": name})
    return str(found.get("content") or "") if isinstance(found, Tag) else ""


def _link(soup: BeautifulSoup) -> str | None:
    canonical: Any = soup.find("link", rel="canonical")
    address = str(canonical.get("href") or "") if canonical else _meta(soup, "og:url")
    return address if address.startswith(("http://", "https://")) else None
