"""Reading an attachment: what it is by its content, then its text, with whatever has to be said about it.

Above: the shelf, which looks before it keeps anything, and the conversions, which read beside the requests. Below:
documents, whose worker process does the parsing within bounds of time and memory.
"""

import asyncio
from dataclasses import dataclass, replace

from deskhand.attachments.pictures import is_picture, look_at_picture
from deskhand.documents.converter import DocumentConverter, readable_name
from deskhand.documents.model import KINDS_BY_ENDING, MEDIA_TYPES, TEXT_KINDS, Document, DocumentKind, DocumentLimits
from deskhand.documents.refusals import NoTextFound
from deskhand.documents.types import check_claim, ending_of, recognise

PREVIEW_CHARS = 500
MAX_PAGES = 100_000
READ_PAGES = 500
"""Of a PDF: about a quarter of a million words, and a few seconds."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """What came of reading: `markdown` is empty where there is no text, and `note` then says why."""

    title: str
    markdown: str
    preview: str
    pages: int | None = None
    note: str | None = None


class AttachmentReader:
    """Looks at attachments, and reads them."""

    def __init__(self, converter: DocumentConverter, limits: DocumentLimits, *, text_chars: int) -> None:
        """Of a text longer than `text_chars` the beginning is kept."""
        self._converter = converter
        self._limits = replace(limits, max_pages=MAX_PAGES, read_pages=READ_PAGES)
        self._text_chars = text_chars

    @property
    def max_bytes(self) -> int:
        return self._limits.max_bytes

    async def look(self, name: str, content: bytes) -> str:
        """The media type, by the content. Quick: nothing is parsed.

        Raises:
            DocumentRefused: for what can be told without reading: wrong types, bombs, archives, empty files.
        """
        check_claim(name, len(content), self._limits)
        if _claims_picture(name) and is_picture(content):
            return look_at_picture(name, content).media_type
        return MEDIA_TYPES[await asyncio.to_thread(recognise, name, content, self._limits)]

    async def read(self, name: str, content: bytes) -> Reading:
        """The text of what was looked at.

        Raises:
            DocumentRefused: saying why it cannot be read.
            ReaderUnavailable: when nothing can be read at the moment.
        """
        if _claims_picture(name) and is_picture(content):
            picture = look_at_picture(name, content)
            return Reading(title=readable_name(name), markdown="", preview=picture.description)
        try:
            document = await self._converter.convert(name, content, limits=self._limits)
        except NoTextFound as nothing:
            if KINDS_BY_ENDING[ending_of(name)] in TEXT_KINDS:
                raise  # a blank text says nothing; a document without text may show pictures
            return Reading(title=readable_name(name), markdown="", preview=nothing.detail, note=nothing.detail)
        return self._of(document)

    def _of(self, document: Document) -> Reading:
        markdown = document.markdown[: self._text_chars]
        pages = document.metadata.get("pages")
        left_out = [
            _pages_left_out(document),
            f"The first {len(markdown):,} of {len(document.markdown):,} characters were kept."
            if len(markdown) < len(document.markdown)
            else "",
        ]
        return Reading(
            title=document.title,
            markdown=markdown,
            preview=preview_of(markdown),
            pages=int(pages) if pages else None,
            note=" ".join(filter(None, left_out)) or None,
        )


def preview_of(markdown: str) -> str:
    """The beginning of the text in one line, cut between words."""
    line = " ".join(markdown[: 4 * PREVIEW_CHARS].split())
    if len(line) <= PREVIEW_CHARS:
        return line
    cut = line[: PREVIEW_CHARS - 1]
    return (cut.rpartition(" ")[0] or cut) + "…"


def _claims_picture(name: str) -> bool:
    return KINDS_BY_ENDING.get(ending_of(name)) is DocumentKind.PICTURE


def _pages_left_out(document: Document) -> str:
    read = document.metadata.get("pages_read")
    if read is None:
        return ""
    pages = int(document.metadata["pages"])
    return f"The first {int(read):,} of {pages:,} pages were read. Split it to have the rest read."
