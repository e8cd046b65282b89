"""Which module reads which kind of document. Above: `documents` (small texts) and the worker process (the rest).

Readers are imported when first needed: a process that reads only Markdown never loads what reads PDF. Each
reader module offers `read(job) -> Converted`.
"""

import importlib
from collections.abc import Mapping
from types import MappingProxyType
from typing import Protocol, cast

from deskhand.knowledge.document_archives import check_members
from deskhand.knowledge.document_model import OFFICE_KINDS, Converted, DocumentKind, Job
from deskhand.knowledge.document_refusals import DocumentTooLarge, NoTextFound
from deskhand.knowledge.document_text import clean

_READERS: Mapping[DocumentKind, str] = MappingProxyType(
    {
        DocumentKind.PDF: "deskhand.knowledge.document_pdf",
        DocumentKind.DOCX: "deskhand.knowledge.document_docx",
        DocumentKind.XLSX: "deskhand.knowledge.document_xlsx",
        DocumentKind.PPTX: "deskhand.knowledge.document_pptx",
        DocumentKind.HTML: "deskhand.knowledge.document_html",
        DocumentKind.MARKDOWN: "deskhand.knowledge.document_markdown",
        DocumentKind.MDX: "deskhand.knowledge.document_markdown",
        DocumentKind.TEXT: "deskhand.knowledge.document_markdown",
        DocumentKind.CSV: "deskhand.knowledge.document_csv",
        DocumentKind.JSON: "deskhand.knowledge.document_json",
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
