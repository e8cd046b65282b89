"""Lines of a PDF page, and which of them are no part of the text. Above: the layout; below: nothing."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

_EDGE = 0.12
"""The share of a page's height at its top and bottom where running heads stand."""
_EDGE_LINES = 3
_REPEATED_ON = 0.4
_MIN_PAGES = 3
_DIGITS = re.compile(r"\d+|\b[ivxlc]+\b")
_PAGE_NUMBER = re.compile(r"(?i)[-–|\s]*(?:page|seite|p\.)?\s*\d{1,4}(?:\s*(?:/|of|von)\s*\d{1,4})?[-–|\s]*")
_ENDS_IN_NUMBER = re.compile(r"^\d{1,4}\s|\s\d{1,4}$")
_LEADERS = re.compile(r"(?:[ ]?[.…·]){4,}\s*[\divxlc]*\s*$")
_HYPHENS = ("\u00ad", "\ufffe", "\x02", "\u2010", "-")


@dataclass(frozen=True, kw_only=True, slots=True)
class Cell:
    """Words that stand together. Places in points from the left."""

    text: str
    left: float
    right: float


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line: `y` in points from the top of its page, `size` the height of its letters."""

    cells: tuple[Cell, ...]
    y: float
    size: float
    bold: bool
    page_height: float

    @cached_property
    def text(self) -> str:
        return " ".join(cell.text for cell in self.cells)

    @property
    def left(self) -> float:
        return self.cells[0].left

    @property
    def right(self) -> float:
        return self.cells[-1].right


def body_lines(pages: Sequence[Sequence[Line]]) -> list[list[Line]]:
    """Without running heads and feet, page numbers and tables of contents."""
    repeated = _repeated(pages)
    return [
        [
            line
            for line in page
            if not _LEADERS.search(line.text)
            and not (_at_edge(line) and (_key(line) in repeated or _PAGE_NUMBER.fullmatch(line.text)))
        ]
        for page in pages
    ]


def join_lines(first: str, second: str) -> str:
    """Two lines of one paragraph: a word cut by a hyphen becomes whole again."""
    if first.endswith(_HYPHENS) and first[-2:-1].isalpha() and second[:1].islower():
        return first[:-1] + second
    if first.endswith(_HYPHENS[:-1]):
        return first[:-1] + second
    return f"{first} {second}"


def without_cells(line: Line) -> Line:
    """The same line as one cell: for text whose gaps were only wide spaces."""
    return replace(line, cells=(Cell(text=line.text, left=line.left, right=line.right),))


def _at_edge(line: Line) -> bool:
    return line.y < line.page_height * _EDGE or line.y > line.page_height * (1 - _EDGE)


def _key(line: Line) -> str:
    return _DIGITS.sub("#", line.text).strip()


def _repeated(pages: Sequence[Sequence[Line]]) -> set[str]:
    """What stands at the edges of many pages, whatever number is in it."""
    if len(pages) < _MIN_PAGES:
        return set()
    counts: Counter[str] = Counter()
    numbered: Counter[str] = Counter()
    for page in pages:
        edges = sorted((line for line in page if _at_edge(line)), key=lambda line: line.y)
        counts.update({_key(line) for line in [*edges[:_EDGE_LINES], *edges[-_EDGE_LINES:]]})
        numbered.update({_key(line) for line in [*edges[:1], *edges[-1:]] if _ENDS_IN_NUMBER.search(line.text)})
    needed = max(_MIN_PAGES, len(pages) * _REPEATED_ON)
    return {key for key in counts if counts[key] >= needed or numbered[key] > 1}
