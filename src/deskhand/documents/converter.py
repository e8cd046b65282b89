"""Document intake: any allowed file becomes clean Markdown with a title, or is refused with the reason.

Above: ingestion and attachments; below: the type check, the readers and the worker process. Small texts are read
in a thread of this process; everything that has a parser worth attacking, and every large text, in the worker.
"""

import asyncio
import re
from itertools import pairwise
from pathlib import PurePosixPath
from types import MappingProxyType, TracebackType
from typing import Self

import structlog

from deskhand.documents.formats import read_document
from deskhand.documents.model import (
    MEDIA_TYPES,
    Converted,
    Document,
    DocumentKind,
    DocumentLimits,
    Job,
)
from deskhand.documents.refusals import DocumentRefused
from deskhand.documents.types import check_claim, recognise
from deskhand.documents.worker import DocumentRunner

_log = structlog.get_logger(__name__)

_READ_HERE = frozenset(
    {DocumentKind.MARKDOWN, DocumentKind.MDX, DocumentKind.TEXT, DocumentKind.CSV, DocumentKind.JSON}
)
_READ_HERE_BYTES = 256 * 1024
_INLINE_MARKS = re.compile(r"[*`]+|\[([^\[\]\n]*)\]\([^()\n]*\)")
_MAX_TITLE = 300


class DocumentConverter:
    """Turns files into `Document`s. One for the process; `close` ends its worker."""

    def __init__(self, runner: DocumentRunner) -> None:
        self._runner = runner

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def convert(self, name: str, content: bytes, *, limits: DocumentLimits) -> Document:
        """The document as Markdown. `name` may hold folders and is only a claim: the content decides the type.

        Raises a subclass of `DocumentRefused`; `ReaderUnavailable` when no worker process can be had.
        """
        try:
            check_claim(name, len(content), limits)
            kind = await asyncio.to_thread(recognise, name, content, limits)
            job = Job(kind=kind, name=name, content=content, limits=limits)
            if kind in _READ_HERE and len(content) <= _READ_HERE_BYTES:
                converted = await asyncio.to_thread(read_document, job)
            else:
                converted = await self._runner.run(job)
        except DocumentRefused as refusal:
            _log.info("document_refused", code=refusal.code, size=len(content))
            raise
        return _document(job, converted)

    async def close(self) -> None:
        """Ends the worker process, if there is one."""
        await self._runner.close()


def _document(job: Job, converted: Converted) -> Document:
    return Document(
        name=job.name,
        title=_title(job, converted)[:_MAX_TITLE],
        markdown=converted.markdown,
        media_type=MEDIA_TYPES[job.kind],
        kind=job.kind,
        link=converted.link,
        metadata=MappingProxyType(dict(converted.metadata)),
    )


def _title(job: Job, converted: Converted) -> str:
    """Front matter says it best, then the text; what an office program wrote into the file comes after both."""
    headings = [] if job.kind is DocumentKind.JSON else _top_headings(converted.markdown)
    if job.kind in {DocumentKind.MARKDOWN, DocumentKind.MDX} and converted.title:
        return converted.title
    if job.kind is DocumentKind.PDF and len(headings) != 1:
        headings = []  # chapters, none of which names the whole
    return (headings[0] if headings else None) or converted.title or readable_name(job.name)


def _top_headings(markdown: str) -> list[str]:
    """The headings of the first level outside of code."""
    found: list[str] = []
    fence = ""
    lines = markdown.split("\n")
    for line, below in pairwise([*lines, ""]):
        mark = line.lstrip()[:3]
        if mark in {"```", "~~~"} and fence in {"", mark}:
            fence = "" if fence else mark
        elif not fence and (line.startswith("# ") or (line and below.startswith("=") and not below.strip("="))):
            found.append(_plain(line.removeprefix("# ").rstrip("# ")))
    return [heading for heading in found if heading]


def _plain(heading: str) -> str:
    return _INLINE_MARKS.sub(r"\1", heading).strip()


def readable_name(name: str) -> str:
    """`guides/reset_your-password.md` becomes `Reset your password`."""
    stem = PurePosixPath(name).stem
    words = re.sub(r"[\s_\-+]+", " ", stem).strip() or stem
    return words[0].upper() + words[1:]
