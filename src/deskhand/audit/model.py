"""What the audit knows: its records, what of them can be read, how a chain can be broken, and its errors.

Above: the slice's services and its HTTP shapes. Below: the kit's errors.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Generic, TypeVar

from deskhand.audit.facts import ApprovalNote, ReplayInputs, SourceUsed
from deskhand.kit.errors import Conflict, NotFound, Unavailable

T = TypeVar("T")


class AuditEvent(StrEnum):
    """What a record is of: an answered turn, a turn without an answer, the erasure of a contact's part."""

    TURN = "turn"
    FAILURE = "failure"
    ERASURE = "erasure"


class SealState(StrEnum):
    """Whether the personal part of a record can be read.

    `unreadable`: the key is there and does not open it; the secret key was changed, or the record was.
    """

    READABLE = "readable"
    ERASED = "erased"
    UNREADABLE = "unreadable"
    EMPTY = "empty"


class AuditNotWritten(Unavailable):
    code = "audit_not_written"
    title = "The turn could not be recorded"


class AlreadyRecorded(Conflict):
    code = "already_recorded"
    title = "The turn has its record"


class UnknownRecord(NotFound):
    code = "unknown_audit_record"
    title = "There is no such record"


class PayloadGone(NotFound):
    code = "audit_payload_gone"
    title = "What the turn was given is not there"


class PayloadUnreadable(Conflict):
    code = "audit_payload_unreadable"
    title = "What the turn was given cannot be read"


class RecordDamaged(Conflict):
    code = "audit_record_damaged"
    title = "A record cannot be read"


@dataclass(frozen=True, kw_only=True, slots=True)
class ToolOutcome:
    """How one tool did. `summary` is what it found, redacted, as long as it may be read."""

    name: str
    success: bool
    calls: int
    attempts: int
    seconds: float
    summary: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Sealed:
    """The personal part of a record, opened: texts are redacted."""

    texts: tuple[str, ...]
    answer: str
    sources: tuple[SourceUsed, ...]
    tool_summaries: Mapping[str, str]
    approvals: tuple[ApprovalNote, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class MessageAudit:
    """One record: what happened in one turn. `seq` and `hash` are None until it is chained."""

    id: str
    event: AuditEvent
    at: datetime
    seq: int | None
    previous_hash: str | None
    hash: str | None
    request_id: str | None
    session_id: str | None
    thread_id: str | None
    turn_id: str | None
    turn_ids: tuple[str, ...]
    contact_id: str
    actor_id: str | None
    agent_id: str | None
    agent_version: str | None
    kind: str
    confidence: float
    model: str
    degraded: bool
    input_tokens: int
    output_tokens: int
    cost_nanos: int
    currency: str
    seconds: float
    stages: Mapping[str, float]
    ticket_id: str | None
    tools: tuple[ToolOutcome, ...]
    pii_redacted: bool
    key_id: str | None
    sealed_digest: str | None
    payload_digest: str | None
    payload_bytes: int
    blob_key: str | None
    state: SealState
    sealed: Sealed | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What a turn came to, in the words that the customer got; the part of a payload that a replay is held against."""

    answer: str
    kind: str
    confidence: float
    model: str
    sources: tuple[SourceUsed, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class TurnPayload:
    """What a turn was given, and what came of it, unredacted."""

    inputs: ReplayInputs
    outcome: Outcome


@dataclass(frozen=True, kw_only=True, slots=True)
class AuditFilter:
    """Which records are wanted; None narrows nothing. `since` is included, `until` is not.

    `words` are looked for in ids, agents, models, tools, tickets and kinds: texts are sealed and cannot be searched.
    """

    session_id: str | None = None
    contact_id: str | None = None
    agent_id: str | None = None
    event: AuditEvent | None = None
    since: datetime | None = None
    until: datetime | None = None
    tool: str | None = None
    ticket: str | None = None
    words: str | None = None
    before: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class AuditPage(Generic[T]):
    """A part of a list. `next` is the id to go on from, None at the end."""

    items: tuple[T, ...]
    total: int
    limit: int
    offset: int
    next: str | None


class BreakReason(StrEnum):
    """How a chain can be broken."""

    ALTERED = "altered"
    MISSING = "missing"
    REORDERED = "reordered"
    CUT_OFF = "cut_off"
    HEAD_MISSING = "head_missing"
    HEAD_ALTERED = "head_altered"
    PAYLOAD_ALTERED = "payload_altered"
    PAYLOAD_MISSING = "payload_missing"
    ANCHOR = "anchor"


@dataclass(frozen=True, kw_only=True, slots=True)
class Break:
    """The first place where the chain does not hold."""

    seq: int
    reason: BreakReason
    detail: str
    record_id: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Link:
    """A place in a chain: its number and the hash that stands there. Link 0 is the beginning."""

    seq: int
    hash: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ChainReport:
    """What a walk over (a part of) the chain found. `waiting` records are written and not chained yet."""

    checked: int
    through: Link
    head: Link
    complete: bool
    broken: Break | None
    waiting: int
    payloads_checked: int
    payloads_unreachable: int
