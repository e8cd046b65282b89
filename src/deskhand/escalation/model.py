"""Tickets as the floors above pass them around: their states, times, history and notices.

Above: the desk, the endpoints. Below: the assessment. Shapes for HTTP stand in `schemas.py`.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from deskhand.escalation.assessment import Assessment, Category, EscalationPolicy, Priority
from deskhand.escalation.handover import Handover
from deskhand.kit.errors import Conflict, InvalidValue, NotFound

_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # without I, L, O and U, which are misread or spell words
_ID_LETTERS = 8


class TicketStatus(StrEnum):
    PENDING = "pending"
    ASSIGNED = "assigned"
    RESOLVED = "resolved"
    CLOSED = "closed"

    @property
    def is_open(self) -> bool:
        return self in OPEN


OPEN: Final = (TicketStatus.PENDING, TicketStatus.ASSIGNED)


class TicketStep(StrEnum):
    """What can be done to a ticket that changes its status."""

    ASSIGN = "assign"
    RESOLVE = "resolve"
    CLOSE = "close"
    REOPEN = "reopen"


STEPS: Mapping[TicketStep, tuple[TicketStatus, ...]] = {
    TicketStep.ASSIGN: (TicketStatus.PENDING, TicketStatus.ASSIGNED),
    TicketStep.RESOLVE: (TicketStatus.ASSIGNED,),
    TicketStep.CLOSE: (TicketStatus.ASSIGNED, TicketStatus.RESOLVED),
    TicketStep.REOPEN: (TicketStatus.RESOLVED, TicketStatus.CLOSED),
}
"""From which states each step may be taken."""


def steps_from(status: TicketStatus) -> tuple[TicketStep, ...]:
    """What can be done to a ticket of that status."""
    return tuple(step for step, statuses in STEPS.items() if status in statuses)


class EventKind(StrEnum):
    """What happened to a ticket."""

    OPENED = "opened"
    ASSIGNED = "assigned"
    RESPONDED = "responded"
    RESOLVED = "resolved"
    CLOSED = "closed"
    REOPENED = "reopened"
    PRIORITY = "priority"
    NOTE = "note"
    RESPONSE_OVERDUE = "response_overdue"
    RESOLUTION_OVERDUE = "resolution_overdue"
    NOTICE_FAILED = "notice_failed"


class NoticeStatus(StrEnum):
    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"


class UnknownTicket(NotFound):
    code = "unknown_ticket"


class TicketStepRefused(Conflict):
    code = "ticket_step_refused"


class UnknownAssignee(InvalidValue):
    code = "unknown_assignee"


@dataclass(frozen=True, kw_only=True, slots=True)
class ServiceTimes:
    """How much open time may pass until a person answers, and until it is solved."""

    first_response: timedelta
    resolution: timedelta


SERVICE_TIMES: Mapping[Priority, ServiceTimes] = {
    Priority.HIGH: ServiceTimes(first_response=timedelta(minutes=15), resolution=timedelta(hours=4)),
    Priority.MEDIUM: ServiceTimes(first_response=timedelta(hours=1), resolution=timedelta(hours=8)),
    Priority.NORMAL: ServiceTimes(first_response=timedelta(hours=4), resolution=timedelta(hours=24)),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class TicketWish:
    """What a ticket is opened with."""

    session_id: str
    thread_id: str
    contact_id: str
    turn_id: str | None
    agent_id: str | None
    assessment: Assessment
    policy: EscalationPolicy
    handover: Handover


@dataclass(frozen=True, kw_only=True, slots=True)
class Ticket:
    """A conversation handed to a person. `handover` is what the operator is told of it."""

    id: str
    session_id: str
    thread_id: str
    contact_id: str
    turn_id: str | None
    agent_id: str | None
    status: TicketStatus
    category: Category
    priority: Priority
    score: float
    explicit_request: bool
    reasons: tuple[str, ...]
    signals: Mapping[str, float]
    handover: Mapping[str, Any]
    channels: tuple[str, ...]
    hours: Mapping[str, Any] | None
    assignee_id: str | None
    resolution: str | None
    created_at: datetime
    updated_at: datetime
    timed_from: datetime
    first_response_due_at: datetime
    first_response_at: datetime | None
    first_response_breached: bool
    resolution_due_at: datetime
    resolved_at: datetime | None
    resolution_breached: bool
    closed_at: datetime | None

    def is_overdue(self, now: datetime) -> bool:
        """Whether somebody still owes the customer what was due before now."""
        if not self.status.is_open:
            return False
        return (self.first_response_at is None and self.first_response_due_at < now) or self.resolution_due_at < now


@dataclass(frozen=True, kw_only=True, slots=True)
class TicketEvent:
    id: str
    kind: EventKind
    actor: str | None
    detail: str
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Notice:
    """One notice for one channel. `last_error` says why it failed, never where it was sent."""

    id: str
    tenant_id: str
    ticket_id: str
    channel: str
    kind: EventKind
    status: NoticeStatus
    attempts: int
    next_at: datetime
    last_error: str | None
    sent_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class TicketDetails:
    """A ticket with its history and its notices."""

    ticket: Ticket
    events: tuple[TicketEvent, ...]
    notices: tuple[Notice, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class TicketFilter:
    """Which tickets are wanted; what is None does not matter."""

    status: TicketStatus | None = None
    priority: Priority | None = None
    category: Category | None = None
    assignee_id: str | None = None
    session_id: str | None = None
    contact_id: str | None = None
    overdue: bool | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class TicketPage:
    """A part of the list of tickets, and how long the whole list is."""

    items: tuple[Ticket, ...]
    total: int
    limit: int
    offset: int


def new_ticket_id() -> str:
    """Such as `ESC-7K3M9Q2P`: short enough to be read out, and not to be guessed."""
    return "ESC-" + "".join(secrets.choice(_LETTERS) for _ in range(_ID_LETTERS))
