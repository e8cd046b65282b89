"""HTTP shapes of memories. Above: the endpoints. Below: the model."""

from datetime import datetime
from typing import Annotated

from fastapi import Path, Query
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from deskhand.memory.model import (
    MAX_CONTENT,
    Memory,
    MemoryContext,
    MemoryPage,
    MemorySource,
    MemoryType,
    RecalledMemory,
)

_ID = r"^[A-Za-z0-9_-]+$"
_MAX_ID = 60
MAX_QUERY = 1_000
MAX_HOURS = 87_600
_EXAMPLE = "Prefers to be contacted by e-mail"
_CONTACT = "con_019a0c1f5e7a70f19a4e2f60718293a4"

MemoryId = Annotated[str, Path(max_length=_MAX_ID, pattern=_ID, examples=["mem_019a0c1f5e7b7c3d9a4e2f60718293a4"])]
ContactId = Annotated[str, Path(max_length=_MAX_ID, pattern=_ID, examples=[_CONTACT])]
ContactFilter = Annotated[str, Query(max_length=_MAX_ID, pattern=_ID, description="Only of this contact.")]
ThreadFilter = Annotated[str, Query(max_length=_MAX_ID, pattern=_ID, description="Only of this thread.")]
AgentFilter = Annotated[str, Query(max_length=64, pattern=_ID, description="Only this agent's.")]
ImportanceFilter = Annotated[float, Query(ge=0, le=1, allow_inf_nan=False, description="At least so important.")]
WindowFilter = Annotated[int, Query(ge=1, le=MAX_HOURS, description="Said within so many hours.")]
Limit = Annotated[int, Query(ge=1, le=100)]
Offset = Annotated[int, Query(ge=0, le=1_000_000_000)]


def _said(text: str) -> str:
    if any(not sign.isprintable() and sign not in "\n\t" for sign in text):
        raise ValueError("it must not hold control characters: write plain text")
    if not text.strip():
        raise ValueError("it is empty: write what is meant")
    return text.strip()


Content = Annotated[str, Field(min_length=1, max_length=MAX_CONTENT, examples=[_EXAMPLE]), AfterValidator(_said)]
Importance = Annotated[
    float,
    Field(allow_inf_nan=False, description="From 0 to 1; what lies outside becomes the nearer end.", examples=[0.7]),
]
ContactRef = Annotated[str, Field(max_length=_MAX_ID, pattern=_ID, examples=[_CONTACT])]
ThreadRef = Annotated[str, Field(max_length=_MAX_ID, pattern=_ID)]
AgentRef = Annotated[str, Field(max_length=64, pattern=_ID, examples=["support"])]


class PlaceIn(BaseModel):
    """Whose memories are meant: an agent's, and of a contact or of one of its threads."""

    agent_id: Annotated[AgentRef | None, Field(description="The default agent unless given.")] = None
    contact_id: ContactRef | None = None
    thread_id: ThreadRef | None = None


class MemoryIn(PlaceIn):
    """Something to remember. Without a contact and a thread it is general: every contact's answers may rest on it."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"contact_id": _CONTACT, "type": "preference", "content": _EXAMPLE, "importance": 0.7}]
        }
    )

    type: MemoryType
    content: Content
    importance: Importance = 0.5
    key: Annotated[
        str | None,
        Field(
            pattern=r"^[a-z][a-z0-9_]*(?:\.[A-Za-z0-9_-]+)*$",
            max_length=100,
            description="Of one key only the newest holds; the one before stays in its history.",
            examples=["preference.contact_channel"],
        ),
    ] = None


class MemoryPatch(BaseModel):
    """What is to be changed. The text until now stays in the memory's history."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"importance": 0.9}]})

    content: Content | None = None
    importance: Importance | None = None

    @model_validator(mode="after")
    def _says_something(self) -> "MemoryPatch":
        if self.content is None and self.importance is None:
            raise ValueError("there is nothing to change: give 'content' or 'importance'")
        return self


class ProvenanceOut(BaseModel):
    """Where a memory comes from."""

    model_config = ConfigDict(from_attributes=True)

    source: MemorySource
    session_id: str | None
    turn_id: str | None
    message_id: str | None
    quote: Annotated[str | None, Field(description="The sentence that it was taken from.")]


class MemoryOut(BaseModel):
    """Something remembered. Of an earlier version `superseded_by` names the one that holds."""

    id: str
    agent_id: str
    contact_id: str | None
    thread_id: str | None
    type: MemoryType
    key: str | None
    content: Annotated[str, Field(examples=[_EXAMPLE])]
    importance: float
    uses: int
    repeats: Annotated[int, Field(description="How often it was said again.")]
    provenance: ProvenanceOut
    occurred_at: datetime
    stated_at: Annotated[datetime, Field(description="When it was last said.")]
    last_used_at: datetime | None
    created_at: datetime
    superseded_by: str | None
    superseded_at: datetime | None


class MemoryPageOut(BaseModel):
    """A part of the memories, newest first."""

    items: list[MemoryOut]
    total: int
    limit: int
    offset: int


class HistoryOut(BaseModel):
    """A memory in all its versions, the newest first."""

    items: list[MemoryOut]


class RecallIn(PlaceIn):
    """What to recall, and from where."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"query": "How should we reach them?", "contact_id": _CONTACT, "limit": 5}]}
    )

    query: Annotated[str, Field(min_length=1, max_length=MAX_QUERY), AfterValidator(_said)]
    limit: Annotated[int, Field(ge=1, le=100)] = 10


class RecalledOut(BaseModel):
    """A memory with its score: 0.35 · recency + 0.45 · semantic + 0.20 · reinforcement."""

    memory: MemoryOut
    score: float
    recency: float
    semantic: float
    reinforcement: float


class RecallOut(BaseModel):
    """What was recalled, best first. `confidence` is the mean score."""

    items: list[RecalledOut]
    confidence: float


class SummaryOut(BaseModel):
    """The most important memories, up to three of a type, the weightiest first; `text` says them in lines."""

    items: list[MemoryOut]
    text: str


class ExportOut(BaseModel):
    """Everything that is remembered of a contact, every version, oldest first."""

    contact_id: str
    exported_at: datetime
    items: list[MemoryOut]


class ErasedOut(BaseModel):
    """How many memories were removed for good, earlier versions included."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"erased": 12}]})

    erased: int


def memory_out(memory: Memory) -> MemoryOut:
    return MemoryOut(
        id=memory.id,
        agent_id=memory.place.agent_id,
        contact_id=memory.place.contact_id,
        thread_id=memory.place.thread_id,
        type=memory.type,
        key=memory.key,
        content=memory.content,
        importance=memory.importance,
        uses=memory.uses,
        repeats=memory.repeats,
        provenance=ProvenanceOut.model_validate(memory.provenance),
        occurred_at=memory.occurred_at,
        stated_at=memory.stated_at,
        last_used_at=memory.last_used_at,
        created_at=memory.created_at,
        superseded_by=memory.superseded_by,
        superseded_at=memory.superseded_at,
    )


def page_out(page: MemoryPage) -> MemoryPageOut:
    items = [memory_out(memory) for memory in page.items]
    return MemoryPageOut(items=items, total=page.total, limit=page.limit, offset=page.offset)


def recall_out(context: MemoryContext) -> RecallOut:
    return RecallOut(items=[_recalled(item) for item in context.items], confidence=context.confidence)


def summary_out(memories: tuple[Memory, ...]) -> SummaryOut:
    lines = [f"- {memory.type.value}: {' '.join(memory.content.split())}" for memory in memories]
    return SummaryOut(items=[memory_out(memory) for memory in memories], text="\n".join(lines))


def _recalled(item: RecalledMemory) -> RecalledOut:
    return RecalledOut(
        memory=memory_out(item.memory),
        score=item.score,
        recency=item.recency,
        semantic=item.semantic,
        reinforcement=item.reinforcement,
    )
