"""What a conversation is judged by, and what comes of it: the values that the detector takes and gives.

Above: everything in this slice, the turn. Below: nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from deskhand.escalation.hours import OpenHours

Role = Literal["customer", "agent", "operator"]
DEFAULT_THRESHOLD = 0.7


class Category(StrEnum):
    """What a ticket is about, the gravest first."""

    LEGAL = "legal"
    URGENT = "urgent"
    COMPLAINT = "complaint"
    GENERAL = "general"


class Priority(StrEnum):
    HIGH = "high"
    MEDIUM = "medium"
    NORMAL = "normal"


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """One message of the conversation. `answered` is False of an agent's reply that had no grounded answer."""

    role: Role
    text: str
    answered: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class EscalationPolicy:
    """What the agent's contract says: from which score on, by which phrases, to which channels, at which hours.

    `hours` None means that people are always there.
    """

    threshold: float = DEFAULT_THRESHOLD
    keywords: tuple[tuple[str, float], ...] = ()
    channels: tuple[str, ...] = ()
    hours: OpenHours | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Assessment:
    """Whether a person should come in, and why.

    `baseline` is the sum of the weighted signals, `request_probability` what the learned recogniser says; `score` is
    the larger of the two. `reasons` are for people and quote no message.
    """

    score: float
    escalate: bool
    category: Category
    priority: Priority
    reasons: tuple[str, ...]
    signals: Mapping[str, float] = field(default_factory=dict)
    explicit_request: bool = False
    baseline: float = 0.0
    request_probability: float = 0.0
