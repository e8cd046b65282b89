"""Cuts passages into the pieces an answer is made of: sentences, list items, steps, table rows, code.

Above: `offline_scoring`, `offline_answer`. Below: `passages`, `kit.sentences`; pure functions.
Every piece keeps its exact quote: `piece.quote in piece.passage.text` always holds.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from deskhand.kit.sentences import sentence_spans
from deskhand.llm.passages import Passage

MAX_TABLE_ROWS = 80
MAX_PIECES = 400
_CAPTION_WORDS = 6
_BOLD_LEVEL, _LOUD_LEVEL = 7, 2


class PieceKind(StrEnum):
    SENTENCE = "sentence"
    ITEM = "item"
    STEP = "step"
    ROW = "row"
    CODE = "code"


@dataclass(frozen=True, kw_only=True, slots=True)
class Piece:
    """Something that can be said. `text` is what the customer reads, `quote` the same in the passage as written."""

    passage: Passage
    order: int
    kind: PieceKind
    text: str
    quote: str
    section: str
    lead: int | None = None
    """`order` of the piece that introduces this one: "You need:" before a list, the parent of a nested item."""
    group: int | None = None
    """Number of the list or table it belongs to, within the passage."""
    depth: int = 0
    marker: str = ""
    cells: tuple[tuple[str, str], ...] = ()
    """Of a table row: header and value per column."""

    @property
    def context(self) -> str:
        """The headings over it, which readers of the page saw too."""
        parts = (self.passage.title, self.passage.heading or "", self.section)
        return " > ".join(dict.fromkeys(part for part in parts if part))


@dataclass(slots=True)
class _Line:
    text: str
    start: int
    end: int


@dataclass(frozen=True, kw_only=True, slots=True)
class _Draft:
    """A piece on its way to the sheet: from `start` to `end` of the passage's text."""

    kind: PieceKind
    start: int
    end: int
    text: str
    lead: int | None = None
    group: int | None = None
    depth: int = 0
    marker: str = ""
    cells: tuple[tuple[str, str], ...] = ()


@dataclass(slots=True)
class _Sheet:
    passage: Passage
    pieces: list[Piece] = field(default_factory=list)
    headings: list[tuple[int, str]] = field(default_factory=list)
    groups: int = 0
    parents: list[tuple[int, int]] = field(default_factory=list)
    list_lead: int | None = None
    in_list: bool = False

    @property
    def section(self) -> str:
        return " > ".join(text for _, text in self.headings)

    def open_section(self, level: int, text: str) -> None:
        self.headings = [each for each in self.headings if each[0] < level]
        if text:
            self.headings.append((level, text))
        self.leave_list()

    def add(self, draft: _Draft) -> int | None:
        """Takes a piece in, unless it says nothing; its `order`."""
        quote = self.passage.text[draft.start : draft.end].strip()
        if not quote or len(self.pieces) >= MAX_PIECES or not _says_something(draft.kind, draft.text):
            return None
        order = len(self.pieces)
        self.pieces.append(
            Piece(
                passage=self.passage,
                order=order,
                kind=draft.kind,
                text=draft.text,
                quote=quote,
                section=self.section,
                lead=draft.lead,
                group=draft.group,
                depth=draft.depth,
                marker=draft.marker,
                cells=draft.cells,
            )
        )
        return order

    def leave_list(self) -> None:
        self.in_list, self.parents, self.list_lead = False, [], None


_FENCE = re.compile(r"^\s*(`{3,}|~{3,})")
_HEADING = re.compile(r"^\s{0,3}(#{1,6})\s+(.*?)\s*#*\s*$")
_LOUD_LINE = re.compile(r"^\s{0,3}(?=(?:[^a-z]*[A-Z]){4})[^a-z|`<>{}=_]{4,80}$")
_BARE_LINK = re.compile(r"^\s*<?https?://\S+>?\s*$")
_BOLD_LINE = re.compile(r"^\s*\*\*([^*]{2,80}?):?\*\*:?\s*$")
_ITEM = re.compile(r"^(\s*)(?:([-*+•‣–])|(\d{1,3}|[a-zA-Z])[.)])\s+(\S.*)$")
_ROW = re.compile(r"^\s*\|.*\|\s*$")
_RULE_ROW = re.compile(r"^\s*\|?\s*:?-{2,}:?\s*(?:\|\s*:?-{2,}:?\s*)*\|?\s*$")
_SKIPPED = re.compile(
    r"^\s*(?:</?[A-Za-z][^<>]*>\s*)+$|^\s*(?:import|export)\s.+from\s|^\s*(?:-{3,}|\*{3,}|_{3,}|={3,})\s*$|^:::"
)
_ENDED = re.compile(r"[.!?:;\d]")
_QUOTE_MARK = re.compile(r"[ \t]*>[>\s]*")
_INNER_QUOTE_MARK = re.compile(r"\n[ \t]*>[> \t]*")

_IMAGE = re.compile(r"!\[[^\]]*\]\([^)]*\)")
_LINK = re.compile(r"\[([^\]]+)\]\([^)]*\)")
_TAG = re.compile(r"</?[A-Za-z][^<>]{0,300}>")
_STRONG = re.compile(r"(\*\*|__)(?=\S)(.+?)(?<=\S)\1")
_EMPHASIS = re.compile(r"(?<![\w*])\*(?=[^\s*])([^*]+?)(?<=[^\s*])\*(?![\w*])")
_SPACE = re.compile(r"\s+")


def clean(markdown: str) -> str:
    """One line of readable text: no links, images, tags or bold marks; inline code keeps its backticks."""
    text = _IMAGE.sub("", markdown)
    text = _TAG.sub("", _LINK.sub(r"\1", text))
    text = _STRONG.sub(r"\2", text)
    text = _EMPHASIS.sub(r"\1", text)
    return _SPACE.sub(" ", text).strip()


def pieces_of(passage: Passage) -> list[Piece]:
    """All pieces of a passage in its order. Headings are no pieces; they become the context of what follows."""
    sheet = _Sheet(passage=passage)
    lines = _lines(passage.text)
    at = _skip_front_matter(lines)
    while at < len(lines):
        at = _block(sheet, lines, at)
    return sheet.pieces


def _says_something(kind: PieceKind, text: str) -> bool:
    """Bare addresses and the captions of pictures are no sentences."""
    words = [word for word in text.split() if any(letter.isalnum() for letter in word)]
    if kind is PieceKind.SENTENCE and len(words) < _CAPTION_WORDS and not _ENDED.search(text):
        return False
    return any(not _BARE_LINK.match(word) for word in words)


def _lines(text: str) -> list[_Line]:
    found, start = [], 0
    for raw in text.splitlines(keepends=True):
        found.append(_Line(text=raw.rstrip("\r\n"), start=start, end=start + len(raw.rstrip("\r\n"))))
        start += len(raw)
    return found


def _skip_front_matter(lines: Sequence[_Line]) -> int:
    if not lines or lines[0].text.strip() != "---":
        return 0
    for at in range(1, min(len(lines), 40)):
        if lines[at].text.strip() == "---":
            return at + 1
    return 0


def _block(sheet: _Sheet, lines: Sequence[_Line], at: int) -> int:
    """Reads the block that starts at a line; returns the line after it."""
    line = lines[at].text
    if _FENCE.match(line):
        return _code(sheet, lines, at)
    heading = _heading(lines, at)
    if heading:
        sheet.open_section(*heading)
        return at + 1
    if not line.strip() or _SKIPPED.match(line) or _BARE_LINK.match(line):
        return at + 1
    if _ROW.match(line):
        return _table(sheet, lines, at)
    item = _ITEM.match(line)
    if item:
        return _item(sheet, lines, at, item)
    return _paragraph(sheet, lines, at)


def _heading(lines: Sequence[_Line], at: int) -> tuple[int, str] | None:
    """Level and text of a heading: with hashes, a line all in bold, a line of its own all in capitals."""
    line = lines[at].text
    hashes = _HEADING.match(line)
    if hashes:
        return len(hashes.group(1)), clean(hashes.group(2))
    bold = _BOLD_LINE.match(line)
    if bold:
        return _BOLD_LEVEL, clean(bold.group(1))
    alone = at + 1 >= len(lines) or not lines[at + 1].text.strip() or _BARE_LINK.match(lines[at + 1].text)
    if alone and _LOUD_LINE.match(line) and not _ITEM.match(line):
        return _LOUD_LEVEL, clean(line).capitalize()
    return None


def _code(sheet: _Sheet, lines: Sequence[_Line], at: int) -> int:
    fence = _FENCE.match(lines[at].text)
    mark = fence.group(1) if fence else "```"
    last = at + 1
    while last < len(lines) and not lines[last].text.strip().startswith(mark):
        last += 1
    closing = min(last, len(lines) - 1)
    body = "\n".join(line.text for line in lines[at + 1 : last]).strip("\n")
    if body.strip():
        language = lines[at].text.strip().lstrip("`~").split(" ")[0]
        text = f"{mark[:3]}{language}\n{body}\n{mark[:3]}"
        previous = len(sheet.pieces) - 1 if sheet.pieces else None
        same = previous is not None and sheet.pieces[previous].section == sheet.section
        group = sheet.groups if sheet.in_list else None
        lead = previous if same else None
        draft = _Draft(
            kind=PieceKind.CODE, start=lines[at].start, end=lines[closing].end, text=text, lead=lead, group=group
        )
        sheet.add(draft)
    return last + 1


def _table(sheet: _Sheet, lines: Sequence[_Line], at: int) -> int:
    last = at
    while last < len(lines) and _ROW.match(lines[last].text):
        last += 1
    sheet.leave_list()
    sheet.groups += 1
    ruled = at + 1 < last and bool(_RULE_ROW.match(lines[at + 1].text))
    headers = _cells(lines[at].text) if ruled else []
    for line in lines[at + 2 if ruled else at : min(last, at + MAX_TABLE_ROWS)]:
        values = _cells(line.text)
        if _RULE_ROW.match(line.text) or not any(values):
            continue
        padded = headers + [""] * (len(values) - len(headers))
        cells = tuple(zip(padded, values, strict=False))
        text = row_text(cells)
        draft = _Draft(kind=PieceKind.ROW, start=line.start, end=line.end, text=text, group=sheet.groups, cells=cells)
        sheet.add(draft)
    return last


def _cells(row: str) -> list[str]:
    inner = row.strip().removeprefix("|").removesuffix("|").replace("\\|", "\x00")
    return [clean(cell.replace("\x00", "|")) for cell in inner.split("|")]


def row_text(cells: Sequence[tuple[str, str]]) -> str:
    """A table row as text: "Zone: Zone 1, Standard delivery: £4.90"."""
    return ", ".join(f"{header}: {value}" if header else value for header, value in cells if value)


def _item(sheet: _Sheet, lines: Sequence[_Line], at: int, match: re.Match[str]) -> int:
    indent, bullet = len(match.group(1).expandtabs(4)), match.group(2)
    last = at + 1
    while last < len(lines) and _continues(lines[last].text):
        last += 1
    start, end = lines[at].start + match.start(4), lines[last - 1].end
    if not sheet.in_list:
        _open_list(sheet)
    while sheet.parents and sheet.parents[-1][0] >= indent:
        sheet.parents.pop()
    draft = _Draft(
        kind=PieceKind.ITEM if bullet else PieceKind.STEP,
        start=start,
        end=end,
        text=clean(sheet.passage.text[start:end]),
        lead=sheet.parents[-1][1] if sheet.parents else sheet.list_lead,
        group=sheet.groups,
        depth=len(sheet.parents),
        marker="-" if bullet else f"{match.group(3)}.",
    )
    order = sheet.add(draft)
    if order is not None:
        sheet.parents.append((indent, order))
    return last


def _open_list(sheet: _Sheet) -> None:
    sheet.groups += 1
    sheet.in_list, sheet.parents = True, []
    last = sheet.pieces[-1] if sheet.pieces else None
    introduces = last is not None and last.kind is PieceKind.SENTENCE and last.section == sheet.section
    sheet.list_lead = last.order if last is not None and introduces and last.text.endswith(":") else None


def _continues(line: str) -> bool:
    """A line inside the same list item or paragraph."""
    return bool(line.strip()) and not (
        _ITEM.match(line) or _HEADING.match(line) or _FENCE.match(line) or _ROW.match(line) or _SKIPPED.match(line)
    )


def _paragraph(sheet: _Sheet, lines: Sequence[_Line], at: int) -> int:
    last = at + 1
    while last < len(lines) and _continues(lines[last].text) and not _BOLD_LINE.match(lines[last].text):
        last += 1
    indented = lines[at].text[:2].isspace()
    group, parent = (
        (sheet.groups, sheet.parents[-1][1]) if sheet.in_list and indented and sheet.parents else (None, None)
    )
    if group is None:
        sheet.leave_list()
    start, end = lines[at].start, lines[last - 1].end
    block = sheet.passage.text[start:end]
    for begin, stop in sentence_spans(block):
        marked = _QUOTE_MARK.match(block, begin, stop)
        first = marked.end() if marked else begin
        text = clean(_INNER_QUOTE_MARK.sub("\n", block[first:stop]))
        draft = _Draft(
            kind=PieceKind.SENTENCE, start=start + first, end=start + stop, text=text, group=group, lead=parent
        )
        sheet.add(draft)
    return last
