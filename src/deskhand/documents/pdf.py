"""PDF files as Markdown. Above: `formats`; below: PDFium for the letters and their places, and the layout.

PDFium and not MarkItDown's reader: it is some forty times faster a page, keeps the rows of tables together, and
says how large the letters are, from which the headings follow. Runs in the worker process only.
"""

import ctypes
import re
from collections.abc import Iterator
from contextlib import closing

import pypdfium2 as pdfium  # type: ignore[import-untyped] # the library has no types
from pypdfium2 import raw

from deskhand.documents.model import Converted, Job
from deskhand.documents.office import is_meaningful
from deskhand.documents.pdf_layout import write_pages
from deskhand.documents.pdf_lines import Cell, Line
from deskhand.documents.refusals import (
    DocumentCorrupt,
    DocumentEncrypted,
    NoTextFound,
    TooManyPages,
)

_LINE = re.compile(r"[^\r\n]+")
_WORD = re.compile(r"\S+")
_LETTER = re.compile(r"\w")
_CELL_GAP = 0.9
"""In heights of a line: a wider gap between two words begins another cell of a table."""
_FONT_NAME_BYTES = 200
_BOLD = re.compile(r"(?i)bold|black|heavy|cmbx|-bx")


def read(job: Job) -> Converted:
    """Raises `DocumentEncrypted`, `DocumentCorrupt`, `TooManyPages`, and `NoTextFound` for scans."""
    with closing(_open(job)) as document:
        count = len(document)
        if count > job.limits.max_pages:
            raise TooManyPages(f"{job.name!r} has {count} pages; at most {job.limits.max_pages} are taken. Split it.")
        taken = min(count, job.limits.read_pages or count)
        pages = [_page_lines(document, number) for number in range(taken)]
        properties = document.get_metadata_dict(skip_empty=True)
    if not any(pages):
        raise NoTextFound(
            f"No text was found on the {_pages(taken, count)} of {job.name!r}: it is probably a scan. "
            "Run text recognition (OCR) over it, and send the result."
        )
    title = properties.get("Title", "")
    metadata = {"pages": str(count)}
    if taken < count:
        metadata["pages_read"] = str(taken)
    if is_meaningful(properties.get("Author", "")):
        metadata["author"] = properties["Author"]
    return Converted(markdown=write_pages(pages), title=title if is_meaningful(title) else None, metadata=metadata)


def _pages(taken: int, count: int) -> str:
    return f"{count} page(s)" if taken == count else f"first {taken} of {count} pages"


def _open(job: Job) -> pdfium.PdfDocument:
    try:
        return pdfium.PdfDocument(job.content)
    except pdfium.PdfiumError as error:
        if getattr(error, "err_code", None) in {raw.FPDF_ERR_PASSWORD, raw.FPDF_ERR_SECURITY}:
            raise DocumentEncrypted(
                f"{job.name!r} is protected by a password. Save it without one, and send it again."
            ) from error
        raise DocumentCorrupt(
            f"{job.name!r} is cut off or damaged, or has no pages: it cannot be opened as a PDF. "
            "Export it anew where it was made."
        ) from error


def _page_lines(document: pdfium.PdfDocument, number: int) -> list[Line]:
    try:
        page = document[number]
    except pdfium.PdfiumError:
        return []  # one broken page does not spoil the others
    with closing(page), closing(page.get_textpage()) as text_page:
        text = _letters(text_page)
        height = page.get_height()
        return [_line(text_page, text, found, height) for found in _LINE.finditer(text) if found.group().strip()]


def _letters(text_page: pdfium.PdfTextPage) -> str:
    """The text such that the place of each letter in it is the letter's number."""
    text = str(text_page.get_text_range())
    count = text_page.count_chars()
    if len(text) == count:
        return text
    return "".join(chr(raw.FPDFText_GetUnicode(text_page, index)) for index in range(count))


def _line(text_page: pdfium.PdfTextPage, text: str, found: re.Match[str], page_height: float) -> Line:
    start, end = found.span()
    letter = _LETTER.search(text, start, end)
    at = letter.start() if letter else start + len(found.group()) - len(found.group().lstrip())
    box = raw.FS_RECTF()
    raw.FPDFText_GetLooseCharBox(text_page, at, box)
    size = max(box.top - box.bottom, 0.1)
    return Line(
        cells=tuple(_cells(text_page, text, start, end, size)),
        y=page_height - box.bottom,
        size=size,
        bold=_is_bold(text_page, at),
        page_height=page_height,
    )


def _cells(text_page: pdfium.PdfTextPage, text: str, start: int, end: int, size: float) -> Iterator[Cell]:
    box = raw.FS_RECTF()
    words: list[str] = []
    left = right = 0.0
    for word in _WORD.finditer(text, start, end):
        raw.FPDFText_GetLooseCharBox(text_page, word.start(), box)
        if words and box.left - right > size * _CELL_GAP:
            yield Cell(text=" ".join(words), left=left, right=right)
            words = []
        left = left if words else box.left
        raw.FPDFText_GetLooseCharBox(text_page, word.end() - 1, box)
        right = box.right
        words.append(word.group())
    yield Cell(text=" ".join(words), left=left, right=right)


def _is_bold(text_page: pdfium.PdfTextPage, index: int) -> bool:
    buffer = ctypes.create_string_buffer(_FONT_NAME_BYTES)
    raw.FPDFText_GetFontInfo(text_page, index, buffer, _FONT_NAME_BYTES, ctypes.c_int())
    return bool(_BOLD.search(buffer.value.decode("utf-8", "replace")))
