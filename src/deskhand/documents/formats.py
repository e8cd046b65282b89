"""Which module reads which kind of document. Above: the converter (small texts) and the worker process (the rest).

Readers are imported when first needed: a process that reads only Markdown never loads what reads PDF. Each
reader module offers `read(job) -> Converted`.
"""

import importlib
from collections.abc import Mapping
from types import MappingProxyType
from typing import Protocol, cast

from deskhand.documents.archives import check_members
from deskhand.documents.model import OFFICE_KINDS, Converted, DocumentKind, Job
from deskhand.documents.refusals import DocumentTooLarge, NoTextFound
from deskhand.documents.text import clean

_READERS: Mapping[DocumentKind, str] = MappingProxyType(
    {
        DocumentKind.PDF: "deskhand.documents.pdf",
        DocumentKind.DOCX: "deskhand.documents.docx",
        DocumentKind.XLSX: "deskhand.documents.xlsx",
        DocumentKind.PPTX: "deskhand.documents.pptx",
        DocumentKind.HTML: "deskhand.documents.html_files",
        DocumentKind.MARKDOWN: "deskhand.documents.markdown",
        DocumentKind.MDX: "deskhand.documents.markdown",
        DocumentKind.TEXT: "deskhand.documents.markdown",
        DocumentKind.CSV: "deskhand.documents.csv_files",
        DocumentKind.JSON: "deskhand.documents.json_files",
    }
)


class _Reader(Protocol):
    def read(self, job: Job, /) -> Converted: ...


def read_document(job: Job) -> Converted:
    """Reads one document in this process. Raises `DocumentRefused`, and whatever a parser of hostile input may."""
    if job.kind in OFFICE_KINDS:
        check_members(job.name, job.content, job.limits)
    reader = cast("_Reader", importlib.import_module(_READERS[job.kind]))
    converted = reader.read(job)
    markdown = _tidy(converted.markdown)
    if not any(letter.isalnum() for letter in markdown):
        raise NoTextFound(f"No text was found in {job.name!r}. If it shows pictures of text, run text recognition.")
    if len(markdown) > job.limits.max_text_bytes:
        raise DocumentTooLarge(
            f"{job.name!r} holds more than {job.limits.max_text_bytes // (1024 * 1024)} MiB of text. Split it."
        )
    return Converted(
        markdown=markdown,
        title=_one_line(converted.title),
        link=_one_line(converted.link),
        metadata={key: line for key, value in converted.metadata.items() if (line := _one_line(value))},
    )


def _tidy(markdown: str) -> str:
    """Clean letters, no blanks at line ends, never more than one empty line outside of what is fenced."""
    lines: list[str] = []
    fence = ""
    for raw in clean(markdown).split("\n"):
        line = raw if fence else raw.rstrip()
        mark = line.lstrip()[:3]
        if mark in {"```", "~~~"} and fence in {"", mark}:
            fence = "" if fence else mark
        if line or fence or (lines and lines[-1]):
            lines.append(line)
    return "\n".join(lines).strip("\n") + "\n"


def _one_line(text: str | None) -> str | None:
    line = " ".join(clean(text).split()) if text else ""
    return line[:1000] or None
