"""What the demo's customers are made of, as their files say. Above: `customers.py`. Below: nothing."""

from decimal import Decimal
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from deskhand.orchestration.approval_model import Verdict


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Decided(_Shape):
    """What a member of staff said to a request."""

    verdict: Verdict
    notes: str


class Request(_Shape):
    """What an agent wants to do. Without a decision it waits for one."""

    kind: str
    tool: str
    arguments: dict[str, Any]
    summary: str
    amount: Decimal | None = None
    currency: str | None = None
    percent: float | None = None
    confidence: float
    reasoning: str
    reasons: tuple[str, ...]
    decision: Decided | None = None


class Conversation(_Shape):
    """What a customer wrote, what the agent answered, and what it asked a person for."""

    says: str
    agent: str
    answer: str
    approval: Request


class Customer(_Shape):
    """A customer. But for the conversation, the parts are bodies of the API."""

    key: str
    profile: dict[str, Any]
    pipeline: dict[str, Any] | None = None
    notes: tuple[dict[str, Any], ...] = ()
    events: tuple[dict[str, Any], ...] = ()
    has_orders: bool = False
    conversation: Conversation | None = None


class Customers(_Shape):
    """All of a company's, and what its staff works with."""

    fields: tuple[dict[str, Any], ...]
    pipelines: tuple[dict[str, Any], ...]
    templates: tuple[dict[str, Any], ...]
    contacts: tuple[Customer, ...]
    sequences: tuple[dict[str, Any], ...]


def customers_in(path: Path) -> Customers:
    """What the file says."""
    return Customers.model_validate_json(path.read_bytes())
