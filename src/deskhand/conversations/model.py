"""What a conversation is made of, as the floors above pass it around. Shapes for HTTP stand in `schemas.py`."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Generic, TypeVar

from deskhand.kit.errors import Conflict, InvalidValue, NotFound
from deskhand.llm.entities import EntityKind
from deskhand.llm.sentiment import SentimentLabel

T = TypeVar("T")


class MessageRole(StrEnum):
    CUSTOMER = "customer"
    AGENT = "agent"
    OPERATOR = "operator"
    SYSTEM = "system"


class SessionStatus(StrEnum):
    ACTIVE = "active"
    CLOSED = "closed"


class CloseReason(StrEnum):
    """Why a session ended. After an idle one the conversation goes on where it was."""

    EXPLICIT = "explicit"
    IDLE = "idle"
    REPLACED = "replaced"


class ThreadStatus(StrEnum):
    OPEN = "open"
    HUMAN_REQUESTED = "human_requested"
    CLOSED = "closed"


class TurnStatus(StrEnum):
    ACCEPTED = "accepted"
    COMPLETED = "completed"
    FAILED = "failed"


class UnknownSession(NotFound):
    code = "unknown_session"


class UnknownThread(NotFound):
    code = "unknown_thread"


class BadCursor(InvalidValue):
    code = "bad_cursor"


class UnknownMessage(NotFound):
    code = "unknown_message"


class SessionClosed(Conflict):
    code = "session_closed"


@dataclass(frozen=True, kw_only=True, slots=True)
class Citation:
    """A passage that an answer rests on. `number` is its marker `[n]` in the text."""

    number: int
    chunk_id: str
    source_id: str
    source: str
    title: str
    heading: str | None
    link: str | None
    quote: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Feedback:
    """What the customer thought of a message: `score` from -1 (bad) to 1 (good)."""

    score: float
    reason: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Message:
    id: str
    thread_id: str
    session_id: str
    turn_id: str | None
    role: MessageRole
    content: str
    created_at: datetime
    details: dict[str, Any] = field(default_factory=dict)
    citations: tuple[Citation, ...] = ()
    feedback: Feedback | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Session:
    id: str
    thread_id: str
    contact_id: str
    channel: str
    status: SessionStatus
    started_at: datetime
    last_activity_at: datetime
    agent_id: str | None = None
    """None is the tenant's default agent."""
    agent_version: str | None = None
    """The version of the contract that the last turn began with."""
    closed_at: datetime | None = None
    close_reason: CloseReason | None = None
    resolution: str | None = None
    human_owner: str | None = None
    """The user who has taken it over; while there is one, no agent answers."""


@dataclass(frozen=True, kw_only=True, slots=True)
class NamedEntity:
    """Something the customer named. `value` is its one way of writing, for comparing."""

    kind: EntityKind
    text: str
    value: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Closing:
    """What a closed session was about. `written_by` is "offline" or the language model's name."""

    session_id: str
    summary: str
    sentiment_label: SentimentLabel
    sentiment_score: float
    topics: tuple[str, ...]
    entities: tuple[NamedEntity, ...]
    duration_seconds: float
    message_count: int
    agent_count: int
    written_by: str
    draft: bool
    """A language model may still write it better; its numbers stay."""
    created_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class SessionDetails:
    """A session with its counts, and its closing record once there is one."""

    session: Session
    message_count: int
    agent_count: int
    closing: Closing | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Execution:
    """One run of an agent in a session. `seconds` from the message's acceptance to its answer."""

    id: str
    session_id: str
    turn_id: str
    agent_id: str | None
    agent_version: str | None
    category: str | None
    confidence: float
    input: str
    output: str
    seconds: float
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class ThreadRecord:
    """A durable conversation of one contact."""

    id: str
    contact_id: str
    title: str
    status: ThreadStatus
    message_count: int
    last_message_at: datetime | None
    context_summary: str
    created_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Turn:
    """One customer message and what came of it so far. `answer` and `error` are what the channel was told."""

    id: str
    tenant_id: str
    session_id: str
    thread_id: str
    contact_id: str
    status: TurnStatus
    idempotency_key: str | None
    message_id: str
    text: str
    answer: dict[str, Any] | None
    error: dict[str, Any] | None
    attachment_ids: tuple[str, ...] = ()
    """What the customer sent with the message."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Page(Generic[T]):
    """A part of a list, and how long the whole list is."""

    items: tuple[T, ...]
    total: int
    limit: int
    offset: int


@dataclass(frozen=True, kw_only=True, slots=True)
class MessageWindow:
    """A stretch of a thread, oldest message first. `before` and `after` are the cursors of what lies around it."""

    items: tuple[Message, ...]
    has_more: bool
    before: str | None
    after: str | None
    total: int
