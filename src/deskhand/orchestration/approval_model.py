"""Approvals as the parts around them pass them on: what is proposed, what a person said to it, what came of it.

Above: everything else of approvals. Below: the error tree, what a tool says of its risk. Shapes for HTTP stand in
`approval_schemas.py`.

    pending ─┬─ approved ─┬─ executed
             │            └─ failed
             ├─ rejected
             ├─ expired                 nobody decided in time, and so it is not done
             └─ escalated ─┬─ approved  nobody decided in time: a ticket was opened, and a person still decides
                           └─ rejected
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

from deskhand.kit.errors import Conflict, NotFound
from deskhand.kit.problems import FieldProblem, InvalidFields
from deskhand.tools.contract import Unanswered


class ApprovalStatus(StrEnum):
    PENDING = "pending"
    APPROVED = "approved"
    """Allowed, and about to be carried out."""
    REJECTED = "rejected"
    EXPIRED = "expired"
    ESCALATED = "escalated"
    EXECUTED = "executed"
    FAILED = "failed"


ARGUMENTS: Final = "body.arguments"
OPEN: Final = (ApprovalStatus.PENDING, ApprovalStatus.ESCALATED, ApprovalStatus.APPROVED)
"""While a request is in one of these, the same call again is the same request."""


class Verdict(StrEnum):
    APPROVE = "approve"
    REJECT = "reject"
    MODIFY = "modify"
    TIMEOUT = "timeout"
    """Nobody decided in time: what becomes of it is what `on_timeout` says."""


class ApprovalEventKind(StrEnum):
    """What happened to a request."""

    REQUESTED = "requested"
    NOTIFIED = "notified"
    APPROVED = "approved"
    MODIFIED = "modified"
    REJECTED = "rejected"
    TIMED_OUT = "timed_out"
    STARTED = "started"
    EXECUTED = "executed"
    FAILED = "failed"
    TOLD = "told"


class UnknownApproval(NotFound):
    code = "unknown_approval"
    title = "There is no such request"


class ApprovalDecided(Conflict):
    code = "approval_decided"
    title = "It was decided already"


class ApprovalOver(Conflict):
    code = "approval_over"
    title = "The time for it is over"


class WrongApprovalArguments(InvalidFields):
    """The action cannot be carried out so; `problems` names the arguments at fault, or all of them."""

    code = "wrong_approval_arguments"
    title = "The action cannot be carried out so"

    def __init__(self, detail: str, faults: Sequence[FieldProblem] = ()) -> None:
        """`faults` are fields of the tool's arguments; they are told as fields of the request."""
        within = [f"{ARGUMENTS}.{each.field}" if each.field else ARGUMENTS for each in faults]
        named = [FieldProblem(field=field, message=each.message) for field, each in zip(within, faults, strict=True)]
        super().__init__(named or [FieldProblem(field=ARGUMENTS, message=detail)])
        self.args, self.detail = (detail,), detail


@dataclass(frozen=True, kw_only=True, slots=True)
class ProposedAction:
    """What an agent wants to do and a person must allow first.

    `arguments` are those of the tool, as JSON. `reasons` say why a person is asked, `message` is what the customer
    wrote. `channels` are told of the request.
    """

    kind: str
    tool: str
    arguments: Mapping[str, Any]
    summary: str
    contact_id: str
    thread_id: str
    session_id: str | None = None
    turn_id: str | None = None
    agent_id: str = ""
    agent_version: str = ""
    message: str = ""
    amount: Decimal | None = None
    currency: str | None = None
    percent: float | None = None
    confidence: float | None = None
    reasoning: str = ""
    reasons: tuple[str, ...] = ()
    consensus_id: str | None = None
    timeout_seconds: int = 300
    on_timeout: Unanswered = Unanswered.REJECT
    channels: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Decision:
    """What was said to a request. `by` is a user's id, and None where time decided."""

    verdict: Verdict
    by: str | None
    by_name: str | None
    at: datetime
    notes: str
    arguments: Mapping[str, Any] | None = None
    summary: str | None = None
    """Of a modified action: what is done instead."""


LEFT_TO_STAFF = "left_to_staff"
"""A tool that answers with this among its data has granted what was asked, and people carry it out."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ActionResult:
    """What the tool answered when the action was carried out."""

    success: bool
    data: Any = None
    error: str | None = None

    @property
    def is_left_to_staff(self) -> bool:
        return isinstance(self.data, Mapping) and bool(self.data.get(LEFT_TO_STAFF))


@dataclass(frozen=True, kw_only=True, slots=True)
class Approval:
    """A request for a person's decision."""

    id: str
    tenant_id: str
    status: ApprovalStatus
    kind: str
    tool: str
    arguments: Mapping[str, Any]
    summary: str
    amount: Decimal | None
    currency: str | None
    percent: float | None
    confidence: float | None
    reasoning: str
    reasons: tuple[str, ...]
    contact_id: str
    session_id: str | None
    thread_id: str
    turn_id: str | None
    agent_id: str
    agent_version: str
    message: str
    requested_at: datetime
    expires_at: datetime
    on_timeout: Unanswered
    channels: tuple[str, ...]
    decision: Decision | None
    result: ActionResult | None
    started_at: datetime | None
    executed_at: datetime | None
    consensus_id: str | None
    ticket_id: str | None

    @property
    def allowed_arguments(self) -> Mapping[str, Any]:
        """With which it may be carried out: those that were decided on, or those that were asked for."""
        changed = self.decision.arguments if self.decision is not None else None
        return self.arguments if changed is None else changed

    @property
    def allowed_summary(self) -> str:
        changed = self.decision.summary if self.decision is not None else None
        return self.summary if changed is None else changed


@dataclass(frozen=True, kw_only=True, slots=True)
class ApprovalEvent:
    """One thing that happened to a request. `actor` is a user's id, or None for the house itself."""

    id: str
    kind: ApprovalEventKind
    actor: str | None
    detail: str
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class ApprovalFilter:
    """Which requests are wanted; what is None does not matter."""

    status: ApprovalStatus | None = None
    kind: str | None = None
    contact_id: str | None = None
    session_id: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ApprovalPage:
    """`counts` says how many there are in each state, whichever of them is asked for."""

    items: tuple[Approval, ...]
    counts: Mapping[ApprovalStatus, int]
    total: int
    limit: int
    offset: int


@dataclass(frozen=True, kw_only=True, slots=True)
class WantedDecision:
    """What a person says to a request. `arguments` belong to MODIFY, and are the tool's whole arguments."""

    verdict: Verdict
    notes: str = ""
    arguments: Mapping[str, Any] | None = None
