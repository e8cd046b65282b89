"""What a turn tells the audit: plain values, so that this slice knows nothing of how a turn is made.

Above: the turn fills them. Below: nothing. `ReplayInputs` holds all that the answer came from; it is kept sealed, and
is what a replay runs on.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, kw_only=True, slots=True)
class SourceUsed:
    """A passage that the answer could rest on; `cited` when it does. `quote` is what was shown of it."""

    number: int
    chunk_id: str
    source_id: str
    source: str
    title: str
    heading: str | None = None
    link: str | None = None
    quote: str = ""
    cited: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class ToolUse:
    """What the calls of one tool came to. `summary` may tell of what it found: it is redacted and sealed."""

    name: str
    success: bool
    calls: int = 1
    attempts: int = 1
    seconds: float = 0.0
    summary: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class ApprovalNote:
    """A decision of a person on what the agent wanted to do."""

    id: str
    action: str
    decision: str
    decided_by: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class SaidBefore:
    """A message of the history that the model was given. `role` is customer, agent or operator."""

    role: str
    text: str
    message_id: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class PassageGiven:
    """A passage that the model was given, whole."""

    number: int
    chunk_id: str
    source_id: str
    source: str
    title: str
    heading: str | None
    link: str | None
    text: str
    relevance: float


@dataclass(frozen=True, kw_only=True, slots=True)
class ReplayInputs:
    """Everything an answer came from, in the customer's own words. `more` takes what other slices gave, as JSON."""

    text: str
    agent_id: str
    agent_version: str
    model: str
    texts: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()
    history: tuple[SaidBefore, ...] = ()
    summary: str = ""
    passages: tuple[PassageGiven, ...] = ()
    knowledge_bases: tuple[str, ...] = ()
    more: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class TurnFacts:
    """What happened in one turn. Its tenant is the scope's.

    `turn_ids` names every turn that this one answer ended, the first of them first. `failure` is the error's code where
    there was no answer. `cost_nanos` are billionths of `currency`; `stages` seconds by the stage's name.
    """

    session_id: str
    thread_id: str
    turn_ids: tuple[str, ...]
    contact_id: str
    agent_id: str
    agent_version: str
    at: datetime
    texts: tuple[str, ...]
    inputs: ReplayInputs
    answer: str = ""
    kind: str = "answer"
    confidence: float = 0.0
    failure: str | None = None
    request_id: str | None = None
    sources: tuple[SourceUsed, ...] = ()
    tools: tuple[ToolUse, ...] = ()
    ticket_id: str | None = None
    approvals: tuple[ApprovalNote, ...] = ()
    model: str = ""
    degraded: bool = False
    input_tokens: int = 0
    output_tokens: int = 0
    cost_nanos: int = 0
    currency: str = ""
    seconds: float = 0.0
    stages: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Raises ValueError for facts of no turn."""
        if not self.turn_ids:
            raise ValueError("facts without a turn: name at least one in turn_ids")
