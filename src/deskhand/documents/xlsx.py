"""Excel workbooks: every visible sheet as tables under its name. Above: `formats`; below: openpyxl."""

import datetime as dt
import io
from collections.abc import Iterator
from typing import Any

from openpyxl import load_workbook
from openpyxl.worksheet._read_only import ReadOnlyWorksheet

from deskhand.documents.model import Converted, Job
from deskhand.documents.office import core_properties
from deskhand.documents.tables import markdown_table

_DEFAULT_NAMES = frozenset({"Sheet", "Sheet1", "Tabelle1", "Feuil1", "Hoja1", "Foglio1"})


def read(job: Job) -> Converted:
    """Values as they were last computed, with no formulas. Empty rows part a sheet into tables."""
    book = load_workbook(io.BytesIO(job.content), read_only=True, data_only=True, keep_links=False)
    sheets = [
        sheet for sheet in book.worksheets if isinstance(sheet, ReadOnlyWorksheet) and sheet.sheet_state == "visible"
    ]
    alone = len(sheets) == 1 and sheets[0].title in _DEFAULT_NAMES
    parts: list[str] = []
    for sheet in sheets:
        sheet.reset_dimensions()
        blocks = [text for block in _blocks(sheet) if (text := _block_text(block))]
        if blocks:
            parts.extend(blocks if alone else [f"## {sheet.title}", *blocks])
    book.close()
    properties = dict(core_properties(job.content))
    title = properties.pop("title", None)
    return Converted(markdown="\n\n".join(parts), title=title, metadata={**properties, "sheets": str(len(sheets))})


def _blocks(sheet: ReadOnlyWorksheet) -> Iterator[list[list[str]]]:
    block: list[list[str]] = []
    for row in sheet.iter_rows():
        cells = [_text(cell) for cell in row]
        if any(cells):
            block.append(cells)
        elif block:
            yield block
            block = []
    if block:
        yield block


def _block_text(block: list[list[str]]) -> str:
    """Rows of a single cell before a table are its caption; a block of nothing else is text."""
    lines: list[str] = []
    while block and sum(1 for cell in block[0] if cell) == 1:
        lines.append(next(cell for cell in block[0] if cell))
        block = block[1:]
    table = markdown_table(block)
    return "\n\n".join(part for part in ("\n".join(lines), table) if part)


def _text(cell: Any) -> str:
    value = cell.value
    if value is None or cell.data_type == "e":
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return _number(value, cell.number_format or "")
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat(" ", "minutes")
    return str(value).strip()


def _number(value: float, number_format: str) -> str:
    if "%" in number_format:
        return f"{value * 100:.6g} %"
    return f"{value:.10g}" if value % 1 else f"{value:.0f}"
