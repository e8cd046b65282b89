"""HTTP shapes of notes, events, changes and the timeline. Above: the endpoints. Below: the model."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import Path, Query
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from deskhand.crm.model import (
    ContactEvent,
    ContactNote,
    EventCategory,
    EventPriority,
    HistoryEntry,
    NewEvent,
    NewNote,
    NoteType,
    Visibility,
)
from deskhand.crm.schemas import ID_PATTERN, MAX_ID, ActorOut, KeyedIn, Line
from deskhand.crm.timeline import TimelineItem, TimelinePage
from deskhand.crm.values import MAX_DATA_BYTES, MAX_NOTE

NoteId = Annotated[str, Path(max_length=MAX_ID, pattern=ID_PATTERN, examples=["not_019a0c1f5e7a70f19a4e2f60718293a4"])]
Cursor = Annotated[str | None, Query(max_length=100, description="`next_cursor` of the page before.")]
Kinds = Annotated[list[str], Query(max_length=20, description="Only these: `note`, `event`, `change`, `message`, …")]


class NoteIn(KeyedIn):
    """A note on a contact. What is `internal` is never told to the customer."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"text": "Prefers a call on Mondays.", "type": "call_log"}]},
    )

    text: Annotated[str, Field(max_length=MAX_NOTE * 2)]
    type: NoteType = NoteType.GENERAL
    visibility: Visibility = Visibility.INTERNAL

    def note(self) -> NewNote:
        return NewNote(text=self.text, type=self.type, visibility=self.visibility)


class NoteOut(BaseModel):
    """A note on a contact."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    contact_id: str
    type: NoteType
    visibility: Visibility
    text: str
    by: ActorOut
    created_at: datetime


class NotePageOut(BaseModel):
    """A part of the notes, newest first."""

    items: list[NoteOut]
    total: int
    limit: int
    offset: int


class EventIn(KeyedIn):
    """Something that happened with a contact."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"title": "Bought a helmet", "category": "purchase", "data": {"order": "A-1044"}}]
        },
    )

    title: Line
    category: EventCategory
    priority: EventPriority = EventPriority.NORMAL
    data: dict[str, Any] = Field(
        default_factory=dict, description=f"An object of at most {MAX_DATA_BYTES:,} bytes as JSON."
    )
    occurred_at: Annotated[AwareDatetime | None, Field(description="With its zone; now unless given.")] = None

    def event(self) -> NewEvent:
        return NewEvent(
            title=self.title,
            category=self.category,
            priority=self.priority,
            data=self.data,
            occurred_at=self.occurred_at,
        )


class EventOut(BaseModel):
    """Something that happened with a contact."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    contact_id: str
    category: EventCategory
    priority: EventPriority
    title: str
    data: dict[str, Any]
    by: ActorOut
    occurred_at: datetime
    created_at: datetime


class EventPageOut(BaseModel):
    """A part of the events, the latest first."""

    items: list[EventOut]
    total: int
    limit: int
    offset: int


class ChangeOut(BaseModel):
    """A change of a contact: what kind, before and after, and by whom."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    contact_id: str
    kind: Annotated[str, Field(examples=["tags_changed"])]
    detail: Annotated[dict[str, Any], Field(examples=[{"added": ["vip"], "removed": []}])]
    by: ActorOut
    at: datetime


class ChangePageOut(BaseModel):
    """A part of the changes, newest first."""

    items: list[ChangeOut]
    total: int
    limit: int
    offset: int


class TimelineItemOut(BaseModel):
    """Something that happened with a contact."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    kind: Annotated[str, Field(examples=["note"])]
    at: datetime
    title: Annotated[str, Field(examples=["Call log"])]
    text: str | None
    by: ActorOut | None
    data: dict[str, Any]


class TimelineOut(BaseModel):
    """A part of what happened, newest first. `next_cursor` leads to what comes behind; null at the end."""

    items: list[TimelineItemOut]
    next_cursor: str | None


def note_out(note: ContactNote) -> NoteOut:
    return NoteOut.model_validate(note)


def event_out(event: ContactEvent) -> EventOut:
    return EventOut.model_validate(event)


def change_out(change: HistoryEntry) -> ChangeOut:
    return ChangeOut.model_validate(change)


def timeline_out(page: TimelinePage) -> TimelineOut:
    return TimelineOut(items=[_item(item) for item in page.items], next_cursor=page.next_cursor)


def _item(item: TimelineItem) -> TimelineItemOut:
    return TimelineItemOut.model_validate(item)
