"""HTTP shapes of knowledge bases, sources and search."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from deskhand.knowledge.model import FoundPassage, IngestOutcome, IngestReport

BaseSlug = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[a-z0-9][a-z0-9-]*$", examples=["help-centre"])]


class BaseIn(BaseModel):
    """A knowledge base to be made."""

    slug: BaseSlug
    name: Annotated[str | None, Field(max_length=200, examples=["Help centre"])] = None


class BaseOut(BaseModel):
    """A named set of documents."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    slug: str
    name: str
    revision: Annotated[int, Field(description="Grows with every change of the base.")]


class SourceOut(BaseModel):
    """One document of a knowledge base."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    path: str
    title: str
    link: str | None
    media_type: str
    size_bytes: int
    chunk_count: int
    created_at: datetime
    updated_at: datetime
    expires_at: datetime | None


class SourcePage(BaseModel):
    """A part of a base's documents, by path."""

    items: list[SourceOut]
    total: int
    limit: int
    offset: int


class IngestOut(BaseModel):
    """What became of an uploaded document."""

    outcome: IngestOutcome
    source: SourceOut
    embedded_chunks: Annotated[int, Field(description="How many passages were new or changed.")]


class SourceTextOut(BaseModel):
    """A whole document as Markdown."""

    id: str
    title: str
    link: str | None
    markdown: str


class SearchIn(BaseModel):
    """What to look for."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"query": "How long can I return a helmet?", "bases": ["help-centre"], "k": 5}]}
    )

    query: Annotated[str, Field(min_length=1, max_length=16_000)]
    bases: Annotated[list[BaseSlug], Field(max_length=50, description="Empty: all of the tenant's bases.")] = []
    k: Annotated[int, Field(ge=1, le=50)] = 5


class PassageOut(BaseModel):
    """A passage found, and how likely it answers."""

    chunk_id: str
    source_id: str
    source: str
    title: str
    heading: str | None
    link: str | None
    text: str
    relevance: Annotated[float, Field(ge=0, le=1)]


class SearchOut(BaseModel):
    """The passages found, best first."""

    passages: list[PassageOut]


def ingest_out(report: IngestReport) -> IngestOut:
    return IngestOut(
        outcome=report.outcome,
        source=SourceOut.model_validate(report.source),
        embedded_chunks=report.embedded_chunks,
    )


def passage_out(found: FoundPassage) -> PassageOut:
    chunk = found.chunk
    return PassageOut(
        chunk_id=chunk.id,
        source_id=chunk.source_id,
        source=chunk.source,
        title=chunk.title,
        heading=chunk.heading,
        link=chunk.link,
        text=chunk.text,
        relevance=found.relevance,
    )
