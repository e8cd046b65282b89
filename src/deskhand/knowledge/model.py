"""What a tenant knows, as the floors above pass it around."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from deskhand.kit.errors import NotFound


class UnknownBase(NotFound):
    code = "unknown_knowledge_base"


class UnknownSource(NotFound):
    code = "unknown_source"


class IngestOutcome(StrEnum):
    ADDED = "added"
    UNCHANGED = "unchanged"
    REPLACED = "replaced"


@dataclass(frozen=True, kw_only=True, slots=True)
class Base:
    """A named set of sources; `revision` grows with every change."""

    id: str
    slug: str
    name: str
    revision: int


@dataclass(frozen=True, kw_only=True, slots=True)
class SourceInfo:
    """One document of a knowledge base, without its text."""

    id: str
    base_id: str
    path: str
    title: str
    link: str | None
    media_type: str
    content_hash: str
    size_bytes: int
    chunk_count: int
    created_at: datetime
    updated_at: datetime
    expires_at: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredChunk:
    """A passage as the database keeps it, with what a citation needs of its source."""

    id: str
    source_id: str
    source: str
    title: str
    heading: str | None
    link: str | None
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class FoundPassage:
    """A passage found for a question; `relevance` is how likely it answers, from 0 to 1, calibrated."""

    chunk: StoredChunk
    relevance: float


@dataclass(frozen=True, kw_only=True, slots=True)
class IngestReport:
    """What became of one document, and how many of its passages had to be embedded."""

    outcome: IngestOutcome
    source: SourceInfo
    embedded_chunks: int
