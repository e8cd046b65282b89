"""What customers send along, as the floors above pass it around. Above: the shelf and its endpoints; below: errors."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Generic, TypeVar

from deskhand.documents.model import MIB
from deskhand.kit.errors import Conflict, InvalidValue, NotFound, TooLarge
from deskhand.tenancy.scope import TenantScope

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True, slots=True)
class ShelfLimits:
    """How much is kept of what customers send, and how long anybody waits for its reading. Times in seconds."""

    per_message: int = 10
    per_session: int = 50
    session_bytes: int = 100 * MIB
    text_chars: int = 400_000
    """Of the text of one attachment: the rest is left out, and said to be."""
    upload_patience: float = 1.0
    """How long the answer to an upload waits for the reading, so that most come back ready."""
    turn_patience: float = 10.0
    """How long a turn waits for what was sent with its message."""


class UnknownAttachment(NotFound):
    code = "unknown_attachment"


class TooManyAttachments(Conflict):
    code = "too_many_attachments"
    title = "The session holds as many attachments as it may"


class TooManyAtOnce(InvalidValue):
    code = "too_many_attachments_at_once"


class SessionFull(TooLarge):
    code = "session_attachments_too_large"
    title = "The session's attachments are too large together"


class SessionOver(Conflict):
    code = "session_takes_no_attachments"


class AttachmentStatus(StrEnum):
    PROCESSING = "processing"
    READY = "ready"
    REFUSED = "refused"


class Step(StrEnum):
    """How far an attachment has come, for whoever watches the session."""

    RECEIVED = "received"
    READING = "reading"
    READY = "ready"
    REFUSED = "refused"
    DELETED = "deleted"


@dataclass(frozen=True, kw_only=True, slots=True)
class Attachment:
    """One file of a session, without its content and text.

    `reason` says why it was refused, or what of it was not read; `preview` is the beginning of its text, or says that
    it has none. `chars` counts the text that is kept.
    """

    id: str
    session_id: str
    contact_id: str
    name: str
    media_type: str
    size_bytes: int
    status: AttachmentStatus
    code: str | None
    reason: str | None
    preview: str
    pages: int | None
    chars: int
    created_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class AttachmentText:
    """What a turn is given of one attachment: `text` begins at character `start` of the `chars` that there are."""

    id: str
    name: str
    status: AttachmentStatus
    text: str
    start: int
    chars: int
    note: str | None
    """What a reader should know: why there is no text, or that there is more of it."""

    @property
    def end(self) -> int:
        return self.start + len(self.text)


@dataclass(frozen=True, kw_only=True, slots=True)
class FoundExcerpt:
    """A passage of an attachment, found for a question; `relevance` means what it means for knowledge: 0 to 1."""

    id: str
    attachment_id: str
    name: str
    heading: str | None
    text: str
    relevance: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Progress:
    """Something happened to an attachment."""

    tenant_id: str
    session_id: str
    attachment_id: str
    name: str
    step: Step
    reason: str | None = None


Tell = Callable[[Progress], None]


@dataclass(frozen=True, kw_only=True, slots=True)
class SessionPlace:
    """What this slice has to know of a session."""

    session_id: str
    contact_id: str
    is_open: bool


FindSession = Callable[[TenantScope, str], Awaitable[SessionPlace]]
"""Raises NotFound when the scope reaches no session of that id: a contact reaches its own only."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Page(Generic[T]):
    items: tuple[T, ...]
    total: int
    limit: int
    offset: int


def blob_key(tenant_id: str, attachment_id: str) -> str:
    """Where the original lies. Both are ids that we made."""
    return f"{tenant_id}/attachments/{attachment_id}"
