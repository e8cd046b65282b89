"""What a conversation is made of, as the floors above pass it around. Shapes for HTTP stand in `schemas.py`."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Generic, TypeVar

from deskhand.kit.errors import Conflict, NotFound

T = TypeVar("T")


class MessageRole(StrEnum):
    CUSTOMER = "customer"
    AGENT = "agent"
    OPERATOR = "operator"
    SYSTEM = "system"


class SessionStatus(StrEnum):
    ACTIVE = "active"
    CLOSED = "closed"


class TurnStatus(StrEnum):
    ACCEPTED = "accepted"
    COMPLETED = "completed"
    FAILED = "failed"


class UnknownSession(NotFound):
    code = "unknown_session"


class UnknownMessage(NotFound):
    code = "unknown_message"


class SessionClosed(Conflict):
    code = "session_closed"


class KeyReused(Conflict):
    code = "idempotency_key_reused"


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


@dataclass(frozen=True, kw_only=True, slots=True)
class Page(Generic[T]):
    """A part of a list, and how long the whole list is."""

    items: tuple[T, ...]
    total: int
    limit: int
    offset: int
