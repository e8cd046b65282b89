"""What is sent to contacts outside of a turn, as the parts of it pass it around.

Above: templates, sequences, deliveries, the tools, the endpoints. Below: the CRM's model.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Generic, TypeVar

from deskhand.crm.model import Writing
from deskhand.crm.templates import Variable
from deskhand.kit.errors import Conflict, InvalidValue, NotFound

T = TypeVar("T")


class DeliveryKind(StrEnum):
    MESSAGE = "message"
    TEMPLATE = "template"
    SEQUENCE = "sequence"
    FOLLOW_UP = "follow_up"


class DeliveryStatus(StrEnum):
    """`skipped`: its condition did not hold, or what it belonged to had ended. `failed`: it could not be sent."""

    SCHEDULED = "scheduled"
    SENT = "sent"
    CANCELLED = "cancelled"
    SKIPPED = "skipped"
    FAILED = "failed"


class MediaKind(StrEnum):
    IMAGE = "image"
    VIDEO = "video"
    AUDIO = "audio"
    VOICE = "voice"
    DOCUMENT = "document"


class Condition(StrEnum):
    """`still_open`: nobody has closed the conversation. `no_reply`: the contact has not written since the enrolment."""

    STILL_OPEN = "still_open"
    NO_REPLY = "no_reply"


class EnrolmentStatus(StrEnum):
    """`stopped`: the contact replied. `failed`: a step could not be sent."""

    ACTIVE = "active"
    FINISHED = "finished"
    STOPPED = "stopped"
    CANCELLED = "cancelled"
    FAILED = "failed"


class UnknownDelivery(NotFound):
    code = "unknown_scheduled_message"


class DeliveryEnded(Conflict):
    """A message that was sent, or will not be, cannot be cancelled."""

    code = "delivery_ended"


class NoConversation(Conflict):
    """A contact that never wrote cannot be written to."""

    code = "no_conversation"


class WrongMedia(InvalidValue):
    code = "wrong_media"


class UnknownSequence(NotFound):
    code = "unknown_sequence"


class SequenceExists(Conflict):
    code = "sequence_exists"


class UnknownEnrolment(NotFound):
    code = "unknown_enrolment"


class EnrolmentEnded(Conflict):
    code = "enrolment_ended"


class AlreadyEnrolled(Conflict):
    code = "already_enrolled"


@dataclass(frozen=True, kw_only=True, slots=True)
class Media:
    """A file that goes with a message: at an address, or one that the contact or an agent sent before."""

    kind: MediaKind
    url: str | None = None
    attachment_id: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class TemplateUse:
    """Which template a text comes from, and what was filled in."""

    name: str
    language: str
    version: int
    values: Mapping[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Wording:
    """What is said. With media the text is the caption."""

    text: str
    media: Media | None = None
    template: TemplateUse | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class NewDelivery:
    """A message to be sent at `due_at`, or now. The writing's key makes it count once.

    `session_id` is where it was asked for; `zone` the time zone it was meant in; `reason` is for the staff alone.
    """

    kind: DeliveryKind
    contact_id: str
    wording: Wording
    writing: Writing
    due_at: datetime | None = None
    session_id: str | None = None
    zone: str | None = None
    reason: str = ""
    enrolment_id: str | None = None
    step: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Delivery:
    """A message that waits, was sent, or was not; `outcome` then says why not, or why it waits longer."""

    id: str
    kind: DeliveryKind
    contact_id: str
    session_id: str | None
    wording: Wording
    due_at: datetime
    zone: str | None
    reason: str
    status: DeliveryStatus
    outcome: str | None
    message_id: str | None
    enrolment_id: str | None
    step: int | None
    put_off: int
    made_by: Mapping[str, str | None]
    created_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class DeliveryFilter:
    """None takes all."""

    status: DeliveryStatus | None = None
    kind: DeliveryKind | None = None
    contact_id: str | None = None
    enrolment_id: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class TemplateDraft:
    """A template as it is written."""

    name: str
    language: str
    body: str
    variables: tuple[Variable, ...] = ()
    description: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Template:
    """A template as it is kept; `version` goes up with every change of its words."""

    id: str
    draft: TemplateDraft
    version: int
    archived: bool
    created_at: datetime
    updated_at: datetime
    updated_by: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class TemplateVersion:
    """A template's words in one version."""

    version: int
    body: str
    variables: tuple[Variable, ...]
    made_at: datetime
    made_by: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One message of a sequence: `after` is the pause (ISO 8601) since the step before it, or since the enrolment."""

    after: str
    template: str
    condition: Condition | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """How a sequence goes. `quiet_hours` are two times of day in the contact's zone, such as 21:00 and 08:00."""

    steps: tuple[Step, ...]
    stop_on_reply: bool = True
    quiet_hours: tuple[str, str] | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class SequenceDraft:
    name: str
    plan: Plan
    description: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Sequence:
    id: str
    draft: SequenceDraft
    version: int
    archived: bool
    created_at: datetime
    updated_at: datetime
    updated_by: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class NewEnrolment:
    """Who begins a sequence. Without a zone or a language those of the contact's profile hold."""

    contact_id: str
    writing: Writing
    values: Mapping[str, str] = field(default_factory=dict)
    zone: str | None = None
    language: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Enrolment:
    """A contact's way through a sequence; it keeps the plan that it began with."""

    id: str
    sequence_id: str
    sequence_version: int
    contact_id: str
    plan: Plan
    values: Mapping[str, str]
    language: str | None
    zone: str
    status: EnrolmentStatus
    reason: str | None
    next_step: int
    enrolled_by: Mapping[str, str | None]
    enrolled_at: datetime
    ended_at: datetime | None


def tag_of(item: Template | Sequence) -> str:
    """What tells one state of a template or a sequence from the next (`ETag`)."""
    return f"{item.version}.{int(item.updated_at.timestamp() * 1_000_000):x}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Listed(Generic[T]):
    """A part of a list, and how long the whole list is."""

    items: tuple[T, ...]
    total: int
