"""The shapes of document intake: kinds, limits, the result. Above: the readers and `documents`; below: nothing."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType


class DocumentKind(StrEnum):
    """What a document is, decided by its content."""

    PDF = "pdf"
    DOCX = "docx"
    XLSX = "xlsx"
    PPTX = "pptx"
    HTML = "html"
    MARKDOWN = "markdown"
    MDX = "mdx"
    TEXT = "text"
    CSV = "csv"
    JSON = "json"
    PICTURE = "picture"


_OFFICE = "application/vnd.openxmlformats-officedocument"

MEDIA_TYPES: Mapping[DocumentKind, str] = MappingProxyType(
    {
        DocumentKind.PDF: "application/pdf",
        DocumentKind.DOCX: f"{_OFFICE}.wordprocessingml.document",
        DocumentKind.XLSX: f"{_OFFICE}.spreadsheetml.sheet",
        DocumentKind.PPTX: f"{_OFFICE}.presentationml.presentation",
        DocumentKind.HTML: "text/html",
        DocumentKind.MARKDOWN: "text/markdown",
        DocumentKind.MDX: "text/markdown",
        DocumentKind.TEXT: "text/plain",
        DocumentKind.CSV: "text/csv",
        DocumentKind.JSON: "application/json",
        DocumentKind.PICTURE: "image/*",
    }
)

KINDS_BY_ENDING: Mapping[str, DocumentKind] = MappingProxyType(
    {
        ".pdf": DocumentKind.PDF,
        ".docx": DocumentKind.DOCX,
        ".xlsx": DocumentKind.XLSX,
        ".pptx": DocumentKind.PPTX,
        ".html": DocumentKind.HTML,
        ".htm": DocumentKind.HTML,
        ".md": DocumentKind.MARKDOWN,
        ".mdx": DocumentKind.MDX,
        ".txt": DocumentKind.TEXT,
        ".csv": DocumentKind.CSV,
        ".json": DocumentKind.JSON,
        ".jpg": DocumentKind.PICTURE,
        ".jpeg": DocumentKind.PICTURE,
        ".png": DocumentKind.PICTURE,
    }
)

TEXT_KINDS = frozenset(
    {
        DocumentKind.HTML,
        DocumentKind.MARKDOWN,
        DocumentKind.MDX,
        DocumentKind.TEXT,
        DocumentKind.CSV,
        DocumentKind.JSON,
    }
)

OFFICE_KINDS = frozenset({DocumentKind.DOCX, DocumentKind.XLSX, DocumentKind.PPTX})

MIB = 1024 * 1024


@dataclass(frozen=True, kw_only=True, slots=True)
class DocumentLimits:
    """What one document may cost. Sizes in bytes, times in seconds."""

    max_bytes: int = 10 * MIB
    allowed_types: frozenset[str] = frozenset(KINDS_BY_ENDING)
    timeout_seconds: float = 60.0
    max_pages: int = 2000
    read_pages: int | None = None
    """Of a PDF: so many pages are read, the rest is left out and said to be. None reads all of them."""
    max_unpacked_bytes: int = 200 * MIB
    """Of an office file: the sum of all its members."""
    max_ratio: float = 200.0
    """Unpacked to packed, of the whole and of each member above `ratio_floor_bytes`."""
    ratio_floor_bytes: int = 4 * MIB
    max_members: int = 10_000
    max_text_bytes: int = 32 * MIB
    """Of the Markdown that comes out."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Job:
    """One document on its way to a reader: its kind is decided, its container is checked."""

    kind: DocumentKind
    name: str
    content: bytes
    limits: DocumentLimits


@dataclass(frozen=True, kw_only=True, slots=True)
class Converted:
    """What a reader makes of a document. `title` is only what the document itself says of its title."""

    markdown: str
    title: str | None = None
    link: str | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Document:
    """A document as the knowledge base takes it in.

    `title` is never empty: what the front matter says, else the first top heading, else the file's own
    metadata, else its name made readable. `link` is where the original can be read, when it says so.
    `metadata` may hold `description`, `author`, `language`, `pages`, `pages_read` (where it is fewer), `sheets`,
    `slides`, `encoding`.
    """

    name: str
    title: str
    markdown: str
    media_type: str
    kind: DocumentKind
    link: str | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)
