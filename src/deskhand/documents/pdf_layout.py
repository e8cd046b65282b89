"""Lines of PDF pages written as Markdown: headings, paragraphs, lists and tables. Above: the PDF reader.

Below: the lines. A PDF says where letters stand, not what they are; what follows is read off the sizes of letters
and the distances between lines, and errs towards plain paragraphs.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from deskhand.documents.pdf_lines import Line, body_lines, join_lines, without_cells
from deskhand.documents.tables import markdown_table

_LARGER = 1.12
_MAX_HEADING_WORDS = 14
_MAX_LEVELS = 4
_NEW_PARAGRAPH = 1.75
"""A gap between lines above this many heights of a letter parts paragraphs."""
_SHORT = 0.75
_BULLET = re.compile(r"[•▪◦●○■□‣∙·\uf0b7\uf0a7\u2023*–—-]\s+(?=\S)")
_NUMBERED = re.compile(r"(?:\d{1,2}[.)]|\(?[a-z]\))\s+\S")
_SECTION = re.compile(r"(?:\d{1,2}(?:\.\d{1,2})+\.?|(?:Chapter|Section|Appendix|Article) [\dA-Z]+[.:]?)\s+\S")
_STOP = (".", "!", "?", ":", ";", "。", "”", '"')
_MIN_ROWS = 2


def write_pages(pages: Sequence[Sequence[Line]]) -> str:
    """The pages as one text; a paragraph that goes on over a page break is one paragraph."""
    cleaned = body_lines(pages)
    writer = _Writer(_Measures.of(cleaned))
    for page in cleaned:
        writer.add_page(page)
    return writer.finish()


@dataclass(frozen=True, kw_only=True, slots=True)
class _Measures:
    """Of the whole document: the size of most letters, the width of most lines, the sizes of headings."""

    body: float
    right: float
    heading_sizes: tuple[float, ...]

    @classmethod
    def of(cls, pages: Sequence[Sequence[Line]]) -> "_Measures":
        sizes: Counter[float] = Counter()
        for page in pages:
            for line in page:
                sizes[round(line.size * 2) / 2] += len(line.text)
        body = sizes.most_common(1)[0][0] if sizes else 1.0
        rights = sorted(line.right for page in pages for line in page if abs(line.size - body) < 1)
        larger = {
            round(line.size)
            for page in pages
            for line in page
            if line.size > body * _LARGER and len(line.text.split()) <= _MAX_HEADING_WORDS
        }
        return cls(
            body=body,
            right=rights[int(len(rights) * 0.9)] if rights else 0.0,
            heading_sizes=tuple(sorted(larger, reverse=True)[:_MAX_LEVELS]),
        )

    def level(self, line: Line) -> int:
        """Of a heading, 0 for what is none."""
        words = line.text.split()
        if len(words) > _MAX_HEADING_WORDS or not any(letter.isalpha() for letter in line.text):
            return 0
        if line.size > self.body * _LARGER:
            larger = [size for size in self.heading_sizes if size > round(line.size)]
            return min(len(larger) + 1, _MAX_LEVELS)
        ends_open = not line.text.endswith((".", ",", ";", ":"))
        deepest = min(len(self.heading_sizes) + 1, _MAX_LEVELS + 1)
        if ends_open and (_SECTION.match(line.text) or (line.bold and line.right < self.right * _SHORT)):
            return max(deepest, 2)
        return 0


class _Writer:
    def __init__(self, measures: _Measures) -> None:
        self._measures = measures
        self._blocks: list[str] = []
        self._text = ""
        self._last: Line | None = None
        self._heading: tuple[int, float] | None = None

    def add_page(self, lines: Sequence[Line]) -> None:
        for piece in _tables_apart(lines):
            if isinstance(piece, str):
                self._end_block()
                self._blocks.append(piece)
            else:
                self._add_line(piece)

    def finish(self) -> str:
        self._end_block()
        return "\n\n".join(self._blocks)

    def _add_line(self, line: Line) -> None:
        level = self._measures.level(line)
        if level:
            self._add_heading(line, level)
        elif self._text and self._goes_on(line):
            self._text = join_lines(self._text, line.text)
        else:
            tight = self._is_item(line) and self._text.startswith(("- ", *_DIGIT_MARKS))
            self._end_block()
            text = _BULLET.sub("- ", line.text, count=1) if _BULLET.match(line.text) else line.text
            if tight and self._blocks:
                text = f"{self._blocks.pop()}\n{text}"
            self._text = text
        self._last = line

    def _add_heading(self, line: Line, level: int) -> None:
        """A heading may run over several lines of the same size."""
        same = self._heading is not None and self._heading[0] == level
        near = self._last is not None and 0 < line.y - self._last.y < line.size * _NEW_PARAGRAPH
        if same and near and not self._text and not _SECTION.match(line.text):
            self._blocks[-1] = join_lines(self._blocks[-1], line.text)
            return
        self._end_block()
        self._blocks.append(f"{'#' * level} {line.text}")
        self._heading = (level, line.y)

    def _end_block(self) -> None:
        if self._text:
            self._blocks.append(self._text)
            self._text = ""
        self._heading = None

    def _is_item(self, line: Line) -> bool:
        return bool(_BULLET.match(line.text) or _NUMBERED.match(line.text))

    def _goes_on(self, line: Line) -> bool:
        """Whether the line belongs to the paragraph before it."""
        last = self._last
        if last is None or self._is_item(line):
            return False
        unfinished = not last.text.endswith(_STOP)
        step = line.y - last.y
        if step <= 0 or step > line.page_height * 0.5:  # the next column or page
            return unfinished and line.text[:1].islower()
        if step > max(line.size, last.size) * _NEW_PARAGRAPH:
            return False
        if abs(line.size - last.size) > last.size * 0.3:
            return False
        full = last.right >= self._measures.right * _SHORT
        indented = line.left > last.left + line.size and not self._text.startswith(("- ", *_DIGIT_MARKS))
        return (full and not (indented and not unfinished)) or (unfinished and line.text[:1].islower())


_DIGIT_MARKS = tuple(f"{digit}" for digit in range(10))


def _tables_apart(lines: Sequence[Line]) -> Iterator[Line | str]:
    """The lines, with runs of lines that form a table replaced by its Markdown."""
    run: list[Line] = []
    for line in lines:
        if len(line.cells) > 1 and (not run or 0 < line.y - run[-1].y < line.size * 4):
            run.append(line)
            continue
        yield from _run(run)
        run = [line] if len(line.cells) > 1 else []
        if not run:
            yield line
    yield from _run(run)


def _run(run: Sequence[Line]) -> Iterator[Line | str]:
    table = _table(run) if len(run) >= _MIN_ROWS else ""
    if table:
        yield table
    else:
        yield from (without_cells(line) for line in run)


def _table(run: Sequence[Line]) -> str:
    """Columns are the ranges that the cells of all rows cover; no table where two cells of a row share one."""
    columns: list[list[float]] = []
    for left, right in sorted((cell.left, cell.right) for line in run for cell in line.cells):
        if columns and left <= columns[-1][1]:
            columns[-1][1] = max(columns[-1][1], right)
        else:
            columns.append([left, right])
    if len(columns) < _MIN_ROWS:
        return ""
    rows: list[list[str]] = []
    for line in run:
        row = [""] * len(columns)
        for cell in line.cells:
            place = next(index for index, (left, right) in enumerate(columns) if left <= cell.left <= right)
            if row[place]:
                return ""
            row[place] = cell.text
        rows.append(row)
    return markdown_table(rows)
