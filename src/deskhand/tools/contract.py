"""What a tool is: a name, a description, typed parameters, and an `execute` that always ends in a `ToolResult`.

Slices implement `BaseTool` in their `tool.py`, or give a plain function to `tools/functions.py`. `tools/registry.py`
builds them for a turn, `tools/guard.py` stands around every call.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any, ClassVar, Generic, TypeVar

from pydantic import BaseModel

from deskhand.llm.injection import Trust
from deskhand.tenancy.scope import TenantScope

Parameters = TypeVar("Parameters", bound=BaseModel)


class ToolSlice(StrEnum):
    """Whose tool it is: the slice's switch, address and time-out in the settings hold for it. OTHER has none."""

    RAG = "rag"
    MEMORY = "memory"
    ATTACHMENTS = "attachments"
    ESCALATION = "escalation"
    CRM = "crm"
    BILLING = "billing"
    OTHER = "other"


@dataclass(frozen=True, kw_only=True, slots=True)
class ToolResult:
    """What a call came to. `data` is shown to the model as data; `error` tells it what it can do otherwise."""

    success: bool
    data: Any = None
    metadata: dict[str, Any] = field(default_factory=dict)
    error: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class RiskyAction:
    """What a call would do that a person may have to allow first, as the tool itself sees it.

    `kind` is refund, discount, contract_modification, legal_escalation or another word. `amount` is in `currency`
    (ISO 4217; None is the account's own), `percent` the share that is given away, from 0 to 100, `confidence` how sure
    the agent is, from 0 to 1. `summary` and `reasoning` are for whoever decides.
    """

    kind: str
    summary: str
    amount: Decimal | None = None
    currency: str | None = None
    percent: float | None = None
    confidence: float | None = None
    reasoning: str = ""
    consensus_id: str | None = None
    """The vote that was taken on it, where there was one."""
    before: Decimal | None = Decimal(0)
    """What the same customer was given of the kind shortly before, in the same currency: bounds are for both together.
    None when that cannot be compared.
    """


class Unanswered(StrEnum):
    """What becomes of a request that nobody decided in time."""

    REJECT = "reject"
    APPROVE = "approve"
    ESCALATE = "escalate"


@dataclass(frozen=True, kw_only=True, slots=True)
class ApprovalBound:
    """An action that a person must allow first: its kind, or the tool's name. With no bound given, every time."""

    action: str
    above_amount: Decimal | None = None
    currency: str | None = None
    above_percent: float | None = None
    confidence_below: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ApprovalPolicy:
    """What an agent's contract says of approvals: its own bounds, how long to wait, and whom to tell.

    `channels` are names of notification channels.
    """

    bounds: tuple[ApprovalBound, ...] = ()
    timeout_seconds: int = 300
    on_timeout: Unanswered = Unanswered.REJECT
    channels: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class ToolTurn:
    """The turn a tool works in. All of it comes from the turn; nothing here was chosen by a model."""

    scope: TenantScope
    request_id: str | None
    session_id: str
    thread_id: str
    turn_id: str
    contact_id: str
    agent_id: str
    agent_version: str
    text: str
    """What the customer wrote."""
    approval: ApprovalPolicy = field(default_factory=ApprovalPolicy)
    """What the agent's contract lets nobody do without a person."""
    memory_agent_id: str = ""
    """Whose memories the conversation has, where another agent answers in it; empty is `agent_id`."""


class TransientError(Exception):
    """Raised by a tool whose far side failed in a way that may pass: the guard tries again, where that is safe.

    The message goes to the log only. `retry_after` is in seconds, where the far side asked for a pause.
    """

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        """`message` is for the log."""
        super().__init__(message)
        self.retry_after = retry_after


class BaseTool(ABC, Generic[Parameters]):
    """A capability an agent may be granted. An instance serves one turn and knows its tenant from its construction.

    Calls of one instance may overlap. Whatever is raised becomes a failed result; see `docs/tools.md`.
    """

    name: ClassVar[str]
    description: ClassVar[str]
    parameters: type[Parameters]
    idempotent: ClassVar[bool] = True
    """False: one call is never made twice, unless its parameters carry an `idempotency_key`."""
    trust: ClassVar[Trust] = Trust.STRANGER
    """Who wrote what it returns: from strangers, sentences that give the agent orders are left out."""
    timeout_seconds: ClassVar[float | None] = None
    """How long one attempt may take, where the settings of its slice do not say; None is the guard's default."""

    async def initialize(self) -> None:
        """Get ready. Awaited once, before the first call; when it fails, the tool is not available in this turn."""

    def risk(self, parameters: Parameters) -> RiskyAction | None:  # noqa: ARG002 - for those that are risky
        """What a person may have to allow before the call is made; None when there is nothing of the kind.

        Asked with checked parameters, before anything is done. It reaches nothing and changes nothing.
        """
        return None

    @abstractmethod
    async def execute(self, parameters: Parameters) -> ToolResult:
        """Do it. Expected failures are a result with `success=False`; anything raised is reported as one."""

    async def cleanup(self) -> None:
        """Let go of everything. Awaited once at the end of the turn, however that went."""
