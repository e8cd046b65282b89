"""Contacts as the CRM and the floors above pass them around, and what can be wrong with a request for one.

Above: the port, both CRMs, the tools, the endpoints. Below: the error tree. What values must look like stands in
`values.py`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeAlias

from deskhand.kit.errors import DeskhandError, InvalidValue, NotFound

FieldValue: TypeAlias = bool | int | float | str
"""Of a custom field; a date is kept as `2026-03-02`."""


class InvalidContact(InvalidValue):
    """A value of a contact, a note or an event cannot be kept."""

    code = "invalid_contact"


class ContactChanged(DeskhandError):
    """Somebody else changed the contact since it was read (`If-Match`)."""

    code = "contact_changed"
    status = 412
    title = "The contact was changed meanwhile"


class UnknownNote(NotFound):
    code = "unknown_note"


class AccountStatus(StrEnum):
    ACTIVE = "active"
    TRIAL = "trial"
    PAST_DUE = "past_due"
    SUSPENDED = "suspended"
    CLOSED = "closed"


class Source(StrEnum):
    """Which CRM a profile comes from."""

    BUILT_IN = "built_in"
    EXTERNAL = "external"


class ActorKind(StrEnum):
    USER = "user"
    AGENT = "agent"
    SYSTEM = "system"


class TagMode(StrEnum):
    ADD = "add"
    REMOVE = "remove"
    REPLACE = "replace"


class NoteType(StrEnum):
    GENERAL = "general"
    CALL_LOG = "call_log"
    MEETING = "meeting"
    FOLLOW_UP = "follow_up"
    INTERNAL = "internal"


class Visibility(StrEnum):
    """`internal`: for staff alone; `shared`: may be told to the customer."""

    INTERNAL = "internal"
    SHARED = "shared"


class EventCategory(StrEnum):
    INTERACTION = "interaction"
    MILESTONE = "milestone"
    ISSUE = "issue"
    PURCHASE = "purchase"
    ENGAGEMENT = "engagement"
    SYSTEM = "system"


class EventPriority(StrEnum):
    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"
    URGENT = "urgent"


@dataclass(frozen=True, kw_only=True, slots=True)
class Actor:
    """Who did something: a user's id (or an API key's), an agent's id, or the house itself. `turn_id` is the turn in
    which an agent did it.
    """

    kind: ActorKind
    id: str | None = None
    turn_id: str | None = None


SYSTEM = Actor(kind=ActorKind.SYSTEM)


@dataclass(frozen=True, kw_only=True, slots=True)
class Writing:
    """Who writes, and the key under which the write counts once; without a key it counts each time."""

    by: Actor = SYSTEM
    idempotency_key: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class PipelinePlace:
    """Where a contact stands in a pipeline, and since when."""

    id: str
    name: str
    stage_id: str
    stage: str
    since: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class CustomerProfile:
    """What is known of a contact. `fetched_at` says when it was read from its source.

    `version` goes up with every change; `pipelines` begins with the one the contact was moved in last.
    """

    id: str
    name: str | None = None
    email: str | None = None
    phone: str | None = None
    company: str | None = None
    account_status: AccountStatus = AccountStatus.ACTIVE
    language: str | None = None
    time_zone: str | None = None
    tags: tuple[str, ...] = ()
    custom_fields: Mapping[str, FieldValue] = field(default_factory=dict)
    pipelines: tuple[PipelinePlace, ...] = ()
    assigned_agent: str | None = None
    source: Source = Source.BUILT_IN
    fetched_at: datetime
    created_at: datetime | None = None
    updated_at: datetime | None = None
    version: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class ProfileChange:
    """What to change. `values` holds those of `PROFILE_FIELDS` that are given, where None clears one; `custom_fields`
    likewise by key; `tags`, when given, takes the place of all tags.
    """

    values: Mapping[str, str | None] = field(default_factory=dict)
    custom_fields: Mapping[str, FieldValue | None] = field(default_factory=dict)
    tags: tuple[str, ...] | None = None


PROFILE_FIELDS = (
    "name",
    "email",
    "phone",
    "company",
    "account_status",
    "language",
    "time_zone",
    "assigned_agent",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class TagChange:
    mode: TagMode
    tags: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class PipelineMove:
    """To which stage of which pipeline, each by its id or its name. Without a pipeline the only one there is is meant;
    without a stage the contact leaves the pipeline.
    """

    stage: str | None
    pipeline: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class NewNote:
    text: str
    type: NoteType = NoteType.GENERAL
    visibility: Visibility = Visibility.INTERNAL


@dataclass(frozen=True, kw_only=True, slots=True)
class ContactNote:
    id: str
    contact_id: str
    type: NoteType
    visibility: Visibility
    text: str
    by: Actor
    created_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class NewEvent:
    """Something that happened. `data` is an object of at most 16 KB; `occurred_at` is now unless given."""

    title: str
    category: EventCategory
    priority: EventPriority = EventPriority.NORMAL
    data: Mapping[str, Any] = field(default_factory=dict)
    occurred_at: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ContactEvent:
    id: str
    contact_id: str
    category: EventCategory
    priority: EventPriority
    title: str
    data: Mapping[str, Any]
    by: Actor
    occurred_at: datetime
    created_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class HistoryEntry:
    """A change of a contact: what kind, its facts, by whom."""

    id: str
    contact_id: str
    kind: str
    detail: Mapping[str, Any]
    by: Actor
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class ContactFilter:
    """What a list of contacts is narrowed to; None takes all. `stage` is a stage's id or name; `known` are those of
    whom anything was ever noted.
    """

    q: str | None = None
    tag: str | None = None
    stage: str | None = None
    pipeline_id: str | None = None
    account_status: AccountStatus | None = None
    assigned_agent: str | None = None
    known: bool | None = None
