"""CSV as one Markdown table. Above: `formats`; below: the table writer."""

import csv
import io
from collections import Counter

from deskhand.documents.model import Converted, Job
from deskhand.documents.tables import markdown_table
from deskhand.documents.text import clean, decode

_DELIMITERS = (",", ";", "\t", "|")
_SAMPLE_CHARS = 32 * 1024
_SAMPLE_ROWS = 100


def read(job: Job) -> Converted:
    """The whole file as a table; the delimiter is the one that cuts the rows into equally many parts."""
    raw, encoding = decode(job.name, job.content)
    text = clean(raw)
    rows = _rows(text, _delimiter(text))
    return Converted(markdown=markdown_table(rows), metadata={"encoding": encoding, "rows": str(len(rows))})


def _delimiter(text: str) -> str:
    if text.startswith("sep=") and text[4:5] in _DELIMITERS:
        return text[4]
    return max(_DELIMITERS, key=lambda delimiter: _evenness(text[:_SAMPLE_CHARS], delimiter))


def _evenness(sample: str, delimiter: str) -> tuple[float, int]:
    """The share of rows that have the most common number of cells, if that is more than one; then that number."""
    counts = Counter(len(row) for row in _rows(sample, delimiter)[:_SAMPLE_ROWS] if row)
    if not counts:
        return 0.0, 0
    cells, rows = counts.most_common(1)[0]
    return (rows / counts.total(), cells) if cells > 1 else (0.0, 0)


def _rows(text: str, delimiter: str) -> list[list[str]]:
    """Quotes may hold delimiters and line ends; where they do not add up, they are letters like others."""
    if text.startswith("sep="):
        text = text.partition("\n")[2]
    try:
        return list(csv.reader(io.StringIO(text), delimiter=delimiter, strict=False))
    except csv.Error:
        return [line.split(delimiter) for line in text.split("\n")]
