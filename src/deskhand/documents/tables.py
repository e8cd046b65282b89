"""Tables as Markdown. Above: the readers of everything that holds tables; below: nothing."""

import re
from collections.abc import Iterable, Sequence

_NUMBER = re.compile(r"[-+]?[\d.,]+ ?[%€$£]?")


def markdown_table(rows: Sequence[Sequence[str]], *, header: bool | None = None) -> str:
    """A Markdown table of rows that may differ in length; empty columns and rows are left out.

    `header` says whether the first row names the columns; `None` finds out. Without one they are numbered.
    The empty string when no cell holds anything.
    """
    grid = _dense([[_cell(cell) for cell in row] for row in rows])
    if not grid:
        return ""
    named = looks_like_header(grid) if header is None else header
    head = grid[0] if named else [f"Column {number}" for number in range(1, len(grid[0]) + 1)]
    body = grid[1:] if named else grid
    lines = [_row(head), _row(["---"] * len(head)), *(_row(row) for row in body)]
    return "\n".join(lines)


def looks_like_header(grid: Sequence[Sequence[str]]) -> bool:
    """Whether the first row could name columns: words, each once. A table of one row has no header."""
    first = [cell for cell in grid[0] if cell]
    if len(grid) == 1 or not first:
        return False
    words = not any(_NUMBER.fullmatch(cell) for cell in first)
    return words and len(set(first)) == len(first) and len(first) * 2 > len(grid[0])


def _dense(grid: list[list[str]]) -> list[list[str]]:
    rows = [row for row in grid if any(row)]
    width = max((len(row) for row in rows), default=0)
    used = sorted({index for row in rows for index, cell in enumerate(row) if cell})
    if len(used) == width and all(len(row) == width for row in rows):
        return rows
    return [[row[index] if index < len(row) else "" for index in used] for row in rows]


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("\\|", "|").replace("|", "\\|")


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"
