"""Tags in Markdown pages, as a tree: HTML and components (`<Card title="…">`). Above: the tag writer; below: nothing.

A tag that never closes and that HTML does not know (`<your-domain>`, `<API_KEY>`) is no tag but text. Linear in
the length of the text: an opening bracket that turns out to begin no tag is looked at for a bounded length.
"""

import re
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field

from deskhand.documents.code_spans import Span

VOID = frozenset({"br", "hr", "img", "input", "link", "meta", "source", "wbr", "col", "area", "embed", "track"})
_HTML = re.compile(
    "a|abbr|article|aside|audio|b|blockquote|button|caption|center|cite|code|colgroup|dd|del|details|dfn|div|dl|dt|em|"
    "fieldset|figcaption|figure|font|footer|form|h[1-6]|header|i|iframe|ins|kbd|label|legend|li|main|mark|nav|noscript|"
    "object|ol|option|p|picture|pre|q|s|samp|script|section|select|small|span|strike|strong|style|sub|summary|sup|svg|"
    "path|table|tbody|td|textarea|tfoot|th|thead|time|tr|tt|u|ul|var|video|" + "|".join(sorted(VOID))
)
_MAX_DEPTH = 48
_MAX_TAG = 4000
_MAX_BRACES = 8
_BRACE = re.compile(r"[{}]")
_TAG = re.compile(r"<(/?)([A-Za-z][\w.-]*|(?=>))")
_ATTRIBUTE = re.compile(r"\s*([A-Za-z_:@][\w:.@-]*)(\s*=\s*)?")
_BARE = re.compile(r"[^\s\"'=<>`{}]+")
_END = re.compile(r"\s*(/?)>")
_MARK = re.compile(r"<!--|<|\{/\*")


@dataclass(kw_only=True, slots=True)
class Element:
    """One tag with what it holds. `source` is the opening tag as written; `closed` once its end was seen."""

    name: str
    attributes: Mapping[str, str]
    source: str
    start: int
    closed: bool = False
    children: "list[Element | str]" = field(default_factory=list)

    @property
    def is_component(self) -> bool:
        return self.name[:1].isupper() or "." in self.name


@dataclass(frozen=True, kw_only=True, slots=True)
class _Tag:
    name: str
    attributes: Mapping[str, str]
    closing: bool
    alone: bool
    end: int


def parse_tags(text: str, code: list[Span], *, comments_in_braces: bool) -> Element:
    """The root element over the whole text. Comments are left out; what lies in `code` is only text."""
    tree = _Tree()
    comments = _Comments(text, in_braces=comments_in_braces)
    ends = [end for _, end in code]
    position = copied = 0
    while found := _MARK.search(text, position):
        at = found.start()
        span = bisect_right(ends, at)
        if span < len(code) and code[span][0] <= at:
            position = code[span][1]
            continue
        end = comments.end_of(found.group(), at)
        tag = _tag_at(text, at) if end < 0 else None
        if end < 0 and tag is None:
            position = at + 1
            continue
        tree.add_text(text[copied:at])
        if tag is not None:
            tree.add_tag(tag, text, at)
            end = tag.end
        position = copied = end
    tree.add_text(text[copied:])
    return tree.finish()


class _Comments:
    """Finds where comments end; once one has no end, no later one is searched for its own."""

    def __init__(self, text: str, *, in_braces: bool) -> None:
        self._text = text
        self._closers = {"<!--": "-->", "{/*": "*/}"} if in_braces else {"<!--": "-->"}

    def end_of(self, mark: str, at: int) -> int:
        closer = self._closers.get(mark)
        if closer is None:
            return -1
        end = self._text.find(closer, at + len(mark))
        if end < 0:
            del self._closers[mark]
            return -1
        return end + len(closer)


class _Tree:
    def __init__(self) -> None:
        self._root = Element(name="", attributes={}, source="", start=0, closed=True)
        self._open = [self._root]

    def add_text(self, text: str) -> None:
        if text:
            self._open[-1].children.append(text)

    def add_tag(self, tag: _Tag, text: str, at: int) -> None:
        source = text[at : tag.end]
        if tag.closing:
            if not self._close(tag.name) and not _is_known(tag.name):
                self.add_text(source)
            return
        element = Element(name=tag.name, attributes=tag.attributes, source=source, start=at)
        element.closed = tag.alone or tag.name.lower() in VOID
        self._open[-1].children.append(element)
        if not element.closed and len(self._open) < _MAX_DEPTH:
            self._open.append(element)

    def _close(self, name: str) -> bool:
        for depth in range(len(self._open) - 1, 0, -1):
            if self._open[depth].name == name:
                self._open[depth].closed = True
                while len(self._open) > depth:
                    self._pop()
                return True
        return False

    def finish(self) -> Element:
        while len(self._open) > 1:
            self._pop()
        return self._root

    def _pop(self) -> None:
        """An element that never closed gives its children back to its parent, and is text if HTML has no such."""
        element = self._open.pop()
        if element.closed:
            return
        siblings = self._open[-1].children
        siblings.pop()
        if not _is_known(element.name) or not element.name.islower():
            siblings.append(element.source)
        siblings.extend(element.children)


def _is_known(name: str) -> bool:
    return name == "" or bool(_HTML.fullmatch(name.lower())) or name[:1].isupper() or "." in name


def _tag_at(text: str, at: int) -> _Tag | None:
    found = _TAG.match(text, at)
    if not found:
        return None
    name, position = found.group(2), found.end()
    attributes: dict[str, str] = {}
    limit = at + _MAX_TAG
    while position < limit:
        if end := _END.match(text, position):
            return _Tag(
                name=name,
                attributes=attributes,
                closing=bool(found.group(1)),
                alone=bool(end.group(1)),
                end=end.end(),
            )
        attribute = _ATTRIBUTE.match(text, position, limit)
        if not attribute:
            position = _skip_spread(text, position, limit)
            if position < 0:
                return None
            continue
        value, position = _value(text, attribute.end(), limit) if attribute.group(2) else ("", attribute.end())
        if position < 0:
            return None
        attributes[attribute.group(1)] = value
    return None


def _skip_spread(text: str, position: int, limit: int) -> int:
    while position < limit and text[position : position + 1].isspace():
        position += 1
    return _braces_end(text, position, limit) if text.startswith("{", position) else -1


def _value(text: str, at: int, limit: int) -> tuple[str, int]:
    """An attribute's value and where it ends; a negative end where it does not."""
    quote = text[at : at + 1]
    if quote in {'"', "'"}:
        end = text.find(quote, at + 1, limit)
        return (text[at + 1 : end], end + 1) if end >= 0 else ("", -1)
    if quote == "{":
        end = _braces_end(text, at, limit)
        return (text[at + 1 : end - 1].strip().strip("\"'`"), end) if end >= 0 else ("", -1)
    bare = _BARE.match(text, at, limit)
    return (bare.group(), bare.end()) if bare else ("", -1)


def _braces_end(text: str, at: int, limit: int) -> int:
    depth = 0
    for found in _BRACE.finditer(text, at, limit):
        depth += 1 if found.group() == "{" else -1
        if depth == 0:
            return found.end()
        if depth > _MAX_BRACES:
            break
    return -1
