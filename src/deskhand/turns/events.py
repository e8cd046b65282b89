"""What a turn tells while it runs: a closed union, typed here, numbered by the hub, put on the wire by the channels."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeAlias

from deskhand.llm.passages import Passage


class Stage(StrEnum):
    """What the turn is doing, for a status line."""

    SEARCHING = "searching"
    WRITING = "writing"
    CHECKING = "checking"
    FALLING_BACK = "falling_back"
    LEFT_TO_HUMAN = "left_to_human"


class ToolState(StrEnum):
    STARTED = "started"
    DONE = "done"
    FAILED = "failed"
    WAITING = "waiting"
    """A person is to allow it first."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Started:
    """The customer's message is stored."""

    message_id: str
    idempotency_key: str | None
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class StageReached:
    """After FALLING_BACK and LEFT_TO_HUMAN the text told so far in this turn is void."""

    stage: Stage
    detail: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Routed:
    """Who answers, where that had to be found. Told again when the message is given on; the last one holds."""

    agent_id: str
    name: str
    category: str
    confidence: float
    reasoning: str


@dataclass(frozen=True, kw_only=True, slots=True)
class SourcesFound:
    passages: tuple[Passage, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class ToolCalled:
    name: str
    state: ToolState
    detail: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class TextAdded:
    delta: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Completed:
    """The last event of a turn that ended well. `answer` is the whole answer as the channels send it."""

    answer: dict[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Failed:
    """The last event of a turn that could not be answered; the customer's message is kept."""

    code: str
    title: str
    detail: str
    retryable: bool
    message_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Escalated:
    """A ticket was opened: a person will look at the conversation."""

    ticket: str
    category: str
    priority: str


@dataclass(frozen=True, kw_only=True, slots=True)
class OperatorSaid:
    """Somebody of the staff wrote in the conversation. `message` as the channels send messages."""

    message: dict[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class AgentSaid:
    """An agent wrote in the conversation outside of a turn. `message` as the channels send messages."""

    message: dict[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class ApprovalChanged:
    """An action waits for a person's decision, or was decided on. `summary` says which, in words for the customer."""

    approval_id: str
    status: str
    summary: str


@dataclass(frozen=True, kw_only=True, slots=True)
class PlanChanged:
    """How far a task in parts is. `plan` as the channels send it, without long texts."""

    plan: dict[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnerChanged:
    """Who answers from now on: somebody of the staff by name, or with None the agent."""

    operator: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class AttachmentChanged:
    """How far an attachment is read: received, reading, ready or refused."""

    attachment_id: str
    name: str
    state: str
    reason: str | None = None


TurnEvent: TypeAlias = (
    Started
    | StageReached
    | Routed
    | SourcesFound
    | ToolCalled
    | TextAdded
    | Escalated
    | Completed
    | Failed
    | OperatorSaid
    | AgentSaid
    | ApprovalChanged
    | PlanChanged
    | OwnerChanged
    | AttachmentChanged
)
Tell: TypeAlias = Callable[[TurnEvent], None]


@dataclass(frozen=True, kw_only=True, slots=True)
class NumberedEvent:
    """An event in its session's stream: `seq` counts from 1."""

    seq: int
    session_id: str
    turn_id: str | None
    """None where the event belongs to no turn."""
    at: datetime
    event: TurnEvent

    @property
    def is_last(self) -> bool:
        """Whether the turn ends with it."""
        return isinstance(self.event, Completed | Failed)
