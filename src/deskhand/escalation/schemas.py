"""HTTP shapes of tickets. Below: the model."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from deskhand.escalation.assessment import Category, Priority
from deskhand.escalation.model import (
    EventKind,
    NoticeStatus,
    Ticket,
    TicketDetails,
    TicketPage,
    TicketStatus,
    TicketStep,
    steps_from,
)

MAX_NOTE_CHARS = 4_000
_ID = r"^[A-Za-z0-9_-]{1,60}$"


def _plain(text: str) -> str:
    if any(not sign.isprintable() and sign not in "\n\t" for sign in text):
        raise ValueError("it must not hold control characters: write plain text")
    if not text.strip():
        raise ValueError("it is empty: write something, or leave it out")
    return text.strip()


Note = Annotated[str, Field(max_length=MAX_NOTE_CHARS), AfterValidator(_plain)]
UserId = Annotated[str, Field(pattern=_ID, examples=["usr_019a0c1f5e7b7c3d9a4e2f60718293a4"])]


class TicketPatch(BaseModel):
    """What is to change; what is left out stays."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"priority": "high", "note": "Called back at noon."}]}
    )

    assignee_id: UserId | None = None
    priority: Priority | None = None
    note: Note | None = None

    @model_validator(mode="after")
    def _changes_something(self) -> "TicketPatch":
        if self.assignee_id is None and self.priority is None and self.note is None:
            raise ValueError("nothing is to change: give assignee_id, priority or note")
        return self


class AssignIn(BaseModel):
    """Who is to take the ticket; without anybody named, whoever asks."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{}]})

    user_id: UserId | None = None


class ResolveIn(BaseModel):
    """How it was solved."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"resolution": "Refund sent, customer informed."}]}
    )

    resolution: Note


class FactOut(BaseModel):
    """Something the customer named."""

    kind: str
    value: str


class TriedOut(BaseModel):
    """A question, and what the agent said to it."""

    question: str
    reply: str
    answered: Annotated[bool, Field(description="Whether the reply rested on a document.")]


class HandoverOut(BaseModel):
    """What the operator is told of the conversation, in the customer's own words."""

    wants: Annotated[str, Field(description="The matter, as the customer put it last; may be empty.")]
    asked_for_person: bool
    tried: list[TriedOut]
    open_points: Annotated[list[str], Field(description="What has no answer yet.")]
    sentiment_label: str
    sentiment_score: Annotated[float, Field(ge=-1, le=1)]
    facts: list[FactOut]
    message_count: int
    agent_reason: Annotated[str, Field(description="Why the agent asked for a person, where it did.")] = ""


class SlaOut(BaseModel):
    """What is promised, counted in opening hours, and what came of it."""

    first_response_due_at: datetime
    first_response_at: datetime | None
    first_response_breached: bool
    resolution_due_at: datetime
    resolved_at: datetime | None
    resolution_breached: bool
    overdue: Annotated[bool, Field(description="Whether the customer is owed something that was due before now.")]


class TicketOut(BaseModel):
    """A conversation that was handed to a person."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"id": "ESC-7K3M9Q2P", "status": "pending"}]})

    id: Annotated[str, Field(examples=["ESC-7K3M9Q2P"])]
    session_id: str
    thread_id: str
    contact_id: str
    turn_id: str | None
    agent_id: str | None
    status: TicketStatus
    allowed: Annotated[list[TicketStep], Field(description="What can be done to it now.")]
    category: Category
    priority: Priority
    score: Annotated[float, Field(ge=0, le=1)]
    explicit_request: Annotated[bool, Field(description="Whether the customer asked for a person.")]
    reasons: list[str]
    signals: Annotated[dict[str, float], Field(description="The parts of the score, each on its own scale.")]
    handover: HandoverOut
    channels: Annotated[list[str], Field(description="The names of the channels that are told.")]
    assignee_id: str | None
    resolution: str | None
    sla: SlaOut
    created_at: datetime
    updated_at: datetime
    closed_at: datetime | None


class TicketEventOut(BaseModel):
    """One thing that happened to the ticket. Without an actor the house did it."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    kind: EventKind
    actor: str | None
    detail: str
    at: datetime


class NoticeOut(BaseModel):
    """A notice for one channel. `failed` ones are not tried again."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    channel: str
    kind: EventKind
    status: NoticeStatus
    attempts: int
    next_at: datetime
    last_error: str | None
    sent_at: datetime | None


class TicketDetailsOut(TicketOut):
    """A ticket with its history, oldest first, and its notices."""

    events: list[TicketEventOut]
    notices: list[NoticeOut]


class TicketPageOut(BaseModel):
    """A part of the list of tickets: open ones first, by priority, then by what is due first."""

    items: list[TicketOut]
    total: int
    limit: int
    offset: int


def ticket_out(ticket: Ticket, now: datetime) -> TicketOut:
    return TicketOut.model_validate(_fields(ticket, now))


def ticket_details_out(details: TicketDetails, now: datetime) -> TicketDetailsOut:
    events = [TicketEventOut.model_validate(event) for event in details.events]
    notices = [NoticeOut.model_validate(notice) for notice in details.notices]
    return TicketDetailsOut.model_validate(_fields(details.ticket, now) | {"events": events, "notices": notices})


def ticket_page_out(page: TicketPage, now: datetime) -> TicketPageOut:
    items = [ticket_out(ticket, now) for ticket in page.items]
    return TicketPageOut(items=items, total=page.total, limit=page.limit, offset=page.offset)


def _fields(ticket: Ticket, now: datetime) -> dict[str, Any]:
    same = (
        "id session_id thread_id contact_id turn_id agent_id status category priority score explicit_request reasons "
        "signals handover channels assignee_id resolution created_at updated_at closed_at"
    )
    times = (
        "first_response_due_at first_response_at first_response_breached resolution_due_at resolved_at "
        "resolution_breached"
    )
    return {
        **{name: getattr(ticket, name) for name in same.split()},
        "allowed": steps_from(ticket.status),
        "sla": {**{name: getattr(ticket, name) for name in times.split()}, "overdue": ticket.is_overdue(now)},
    }
