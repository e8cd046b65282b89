"""A page's tags written as Markdown: what is said stays, how it was dressed goes. Above: the Markdown reader;
below: the tag tree.

Components with a title (cards, tabs, steps, accordions) become what a reader of plain text would expect: list
items, bold lead-ins, and headings for questions that open to an answer.
"""

import re

from deskhand.documents.jsx import Element
from deskhand.documents.tables import markdown_table

_SILENT = re.compile(
    "script|style|noscript|iframe|svg|object|embed|audio|video|source|track|select|input|textarea|nav|meta|link|"
    "col|colgroup|path"
)
_BLOCK = re.compile(
    "address|article|aside|blockquote|center|dd|details|div|dl|dt|fieldset|figcaption|figure|footer|form|header|"
    "legend|main|ol|p|section|ul|table|li|summary|pre|hr|h[1-6]"
)
_WRAPPED = {"b": "**", "strong": "**", "i": "*", "em": "*", "code": "`", "kbd": "`", "samp": "`", "tt": "`"}
_TITLES = ("title", "label", "heading", "question", "summary", "header")
_FIELDS = ("name", "path", "query", "body", "param")
_FOLDS = ("accordion", "expandable", "collapsible", "details", "faq", "question", "disclosure")
_HEADING = re.compile(r"^(#{1,6})[ \t]", re.MULTILINE)
_BLANK_TAIL = re.compile(r"\n[ \t]*\Z")
_USELESS_ALT = re.compile(r"(?i)(image|img|screenshot|picture|logo|icon|untitled)?[\s\d._-]*(\.\w{3,4})?")


def write_tags(root: Element) -> str:
    """The text of the tree as Markdown."""
    return _Writer().children(root, at_root=True)


def alternative_text(text: str) -> str:
    """The words that stand for a picture; none where they only say that it is one."""
    words = " ".join(text.split())
    return "" if _USELESS_ALT.fullmatch(words) else words


class _Writer:
    """Walks the tree in the order of the text, and so knows the level of the heading it is under."""

    def __init__(self) -> None:
        self._level = 1

    def children(self, element: Element, *, at_root: bool = False) -> str:
        written: list[str] = []
        closing = _closing_sections(element) if at_root else []
        for index, child in enumerate(element.children):
            before = written[-1] if written else ""
            if isinstance(child, str):
                for mark in _HEADING.finditer(child):
                    self._level = len(mark.group(1))
                written.append(child)
            elif _is_inline(element, index, before):
                written.append(self._inline(child, before))
            else:
                opens = at_root and closing[index] and _is_fold(child)
                text = self._block(child, as_heading=opens)
                indent, written[-1:] = _take_indent(before, written[-1:])
                written.append(f"\n\n{_indented(text, indent)}\n\n" if text else "\n\n")
        return "".join(written)

    def _inline(self, element: Element, before: str) -> str:
        name = element.name.lower()
        if name == "br":
            return " " if before.rpartition("\n")[2].lstrip().startswith("|") else "\n"
        if name == "img":
            return alternative_text(element.attributes.get("alt", ""))
        if _SILENT.fullmatch(name):
            return ""
        text = self.children(element)
        if name in _WRAPPED and text.strip() and not element.is_component:
            return f"{_WRAPPED[name]}{text.strip()}{_WRAPPED[name]}"
        return _link(text, element.attributes.get("href", "")) if name == "a" else text

    def _block(self, element: Element, *, as_heading: bool) -> str:
        name = element.name.lower()
        if _SILENT.fullmatch(name):
            return ""
        if not element.is_component:
            return self._html_block(element, name)
        title = _title_of(element)
        folds = as_heading and title
        if folds:
            outer = self._level
            self._level = min(outer + 1, 6)
        text = _dedent(self.children(element, at_root=as_heading or _is_only_group(element)))
        if folds:
            self._level = outer
            return f"{'#' * min(outer + 1, 6)} {title}\n\n{text}"
        return _titled(element, title, text)

    def _html_block(self, element: Element, name: str) -> str:
        if name == "table":
            return markdown_table([[self.children(cell) for cell in row] for row in _rows(element)])
        text = _dedent(self.children(element))
        if re.fullmatch("h[1-6]", name):
            self._level = int(name[1])
            return f"{'#' * self._level} {' '.join(text.split())}"
        if name == "li":
            return "- " + _indented(text, "  ").lstrip()
        if name == "summary":
            return f"**{' '.join(text.split())}**"
        if name == "pre" and text and not text.startswith("```"):
            return f"```\n{text.strip('`')}\n```"
        return text


def _is_inline(parent: Element, index: int, before: str) -> bool:
    """A tag within a line of text, whatever its name; and tags that HTML knows as inline, wherever they stand."""
    element = parent.children[index]
    assert isinstance(element, Element)  # noqa: S101 - the caller looked
    name = element.name.lower()
    if not element.is_component and not _BLOCK.fullmatch(name):
        return True
    after = parent.children[index + 1] if index + 1 < len(parent.children) else ""
    alone = not before.rpartition("\n")[2].strip()
    ends_line = isinstance(after, str) and (not after or not after.partition("\n")[0].strip())
    return element.is_component and not (alone and ends_line) and not _TITLE_BLOCK.search(element.name)


_TITLE_BLOCK = re.compile(r"(?i)card|tab|step|accordion|note|warning|tip|info|callout")


def _is_fold(element: Element) -> bool:
    return element.is_component and (element.name.lower().startswith(_FOLDS) or _is_only_group(element))


def _is_only_group(element: Element) -> bool:
    """A wrapper whose own text says nothing: `<AccordionGroup>`, `<CardGroup>`, `<Columns>`."""
    return (
        element.is_component
        and _title_of(element) == ""
        and all(isinstance(child, Element) or not child.strip() for child in element.children)
    )


def _closing_sections(parent: Element) -> list[bool]:
    """For each child, whether only folds, then a heading or the end follow: what comes later must not land under
    the heading that a fold becomes.
    """
    closes = [True] * len(parent.children)
    for index in range(len(parent.children) - 2, -1, -1):
        after = parent.children[index + 1]
        if isinstance(after, Element):
            closes[index] = closes[index + 1] and _is_fold(after)
        else:
            closes[index] = after.lstrip().startswith("#") if after.strip() else closes[index + 1]
    return closes


def _title_of(element: Element) -> str:
    for key in _TITLES:
        if words := " ".join(element.attributes.get(key, "").split()):
            return words
    return ""


def _titled(element: Element, title: str, text: str) -> str:
    if field_name := next((element.attributes[key] for key in _FIELDS if element.attributes.get(key)), ""):
        kind = element.attributes.get("type", "")
        lead = f"`{field_name}` ({kind})" if kind else f"`{field_name}`"
        return f"- {lead}: {_indented(text, '  ').lstrip()}" if "Field" in element.name else text
    if not title:
        return text
    href = element.attributes.get("href", "")
    if element.name.endswith("Card") or href:
        lead = _link(f"**{title}**", href)
        return f"- {lead}: {' '.join(text.split())}" if _is_one_paragraph(text) else f"{lead}\n\n{text}".strip()
    return f"**{title}**\n\n{text}".strip()


def _is_one_paragraph(text: str) -> bool:
    return bool(text) and "\n\n" not in text and not re.match(r"[-*+|>#`]|\d+[.)]", text)


def _link(text: str, href: str) -> str:
    words = text.strip()
    return f"[{words}]({href})" if words and href.startswith(("http://", "https://")) else text


def _rows(table: Element) -> list[list[Element]]:
    rows: list[list[Element]] = []
    waiting = [child for child in reversed(table.children) if isinstance(child, Element)]
    while waiting:
        element = waiting.pop()
        inside = [child for child in element.children if isinstance(child, Element)]
        if element.name.lower() == "tr":
            rows.append([cell for cell in inside if cell.name.lower() in {"td", "th"}])
        else:
            waiting.extend(reversed(inside))
    return rows


def _take_indent(before: str, last: list[str]) -> tuple[str, list[str]]:
    """The blanks between the last line end and a tag belong to the tag: they say how deep its block stands."""
    found = _BLANK_TAIL.search(before) if last else None
    if not found:
        return ("", last) if before.strip() or not last else (before, [""])
    return found.group()[1:], [before[: found.start()]]


def _indented(text: str, indent: str) -> str:
    if not indent:
        return text
    return "\n".join(indent + line if line else line for line in text.split("\n"))


def _dedent(text: str) -> str:
    """Without the indentation that all lines share; the first line counts only when it stands on its own."""
    first, newline, rest = text.partition("\n")
    lines = text.split("\n") if not first.strip() or first[:1].isspace() else rest.split("\n")
    depth = min((len(line) - len(line.lstrip(" \t")) for line in lines if line.strip()), default=0)
    cut = "\n".join(line[depth:] if line.strip() else "" for line in lines)
    return (cut if lines and (not first.strip() or first[:1].isspace()) else first + newline + cut).strip("\n")
