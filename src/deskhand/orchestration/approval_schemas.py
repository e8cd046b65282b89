"""HTTP shapes of approvals. Below: the model."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from deskhand.orchestration.approval_model import (
    Approval,
    ApprovalEvent,
    ApprovalEventKind,
    ApprovalPage,
    ApprovalStatus,
    Verdict,
    WantedDecision,
)
from deskhand.tools.contract import Unanswered

MAX_NOTES_CHARS = 4_000
_EXAMPLE: Any = {
    "id": "apv_019a0c1f5e7b7c3d9a4e2f60718293a4",
    "status": "pending",
    "action": {
        "kind": "refund",
        "tool": "issue_refund",
        "arguments": {"order_number": "A-1044", "amount": "620.00", "currency": "EUR"},
        "summary": "Refund 620.00 EUR for the order A-1044",
        "amount": "620.00",
        "currency": "EUR",
        "percent": None,
    },
    "reasons": ["more than 500 EUR is at stake"],
    "on_timeout": "reject",
}


def _plain(text: str) -> str:
    if any(not sign.isprintable() and sign not in "\n\t" for sign in text):
        raise ValueError("it must not hold control characters: write plain text")
    return text.strip()


class DecisionIn(BaseModel):
    """What is decided. `modify` allows the action with other arguments: the tool's own, all of them."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"verdict": "approve", "notes": "The parcel came back."},
                {
                    "verdict": "modify",
                    "notes": "Half of it: the box was open.",
                    "arguments": {"order_number": "A-1044", "amount": "310.00", "currency": "EUR"},
                },
            ]
        },
    )

    verdict: Literal["approve", "reject", "modify"]
    notes: Annotated[
        str,
        Field(max_length=MAX_NOTES_CHARS, description="For colleagues; the customer never sees them."),
        AfterValidator(_plain),
    ] = ""
    arguments: Annotated[
        dict[str, Any] | None, Field(description="With `modify`: the tool's arguments, checked like new ones.")
    ] = None

    def wanted(self) -> WantedDecision:
        return WantedDecision(verdict=Verdict(self.verdict), notes=self.notes, arguments=self.arguments)


class ActionOut(BaseModel):
    """What the agent wants to do."""

    kind: Annotated[str, Field(examples=["refund"])]
    tool: Annotated[str, Field(examples=["issue_refund"])]
    arguments: dict[str, Any]
    summary: str
    amount: Annotated[str | None, Field(description="A decimal number.", examples=["620.00"])]
    currency: Annotated[str | None, Field(description="ISO 4217; empty for the account's own.", examples=["EUR"])]
    percent: Annotated[float | None, Field(description="The share that is given away, from 0 to 100.")]


class DecidedByOut(BaseModel):
    """Who decided."""

    id: str
    name: str


class DecisionOut(BaseModel):
    """What was decided. With the verdict `timeout` nobody did."""

    verdict: Verdict
    by: DecidedByOut | None
    at: datetime
    notes: str
    arguments: Annotated[dict[str, Any] | None, Field(description="With `modify`: what is done instead.")]


class ActionResultOut(BaseModel):
    """What came of carrying it out."""

    success: bool
    data: Any
    error: str | None


class ApprovalOut(BaseModel):
    """An action of an agent that a person must allow first."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    id: str
    status: ApprovalStatus
    action: ActionOut
    reasons: Annotated[list[str], Field(description="Why a person is asked.")]
    confidence: Annotated[float | None, Field(description="How sure the agent is, from 0 to 1.")]
    reasoning: str
    contact_id: str
    session_id: str | None
    thread_id: str
    turn_id: str | None
    agent_id: str
    message: Annotated[str, Field(description="What the customer wrote.")]
    requested_at: datetime
    expires_at: datetime
    on_timeout: Unanswered
    decision: DecisionOut | None
    result: ActionResultOut | None
    executed_at: datetime | None
    consensus_id: str | None
    ticket_id: Annotated[str | None, Field(description="The ticket that was opened for it.")]


class ApprovalEventOut(BaseModel):
    """One thing that happened to the request. Without an actor the house did it."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    kind: ApprovalEventKind
    actor: str | None
    detail: str
    at: datetime


class ApprovalDetailsOut(ApprovalOut):
    """A request with its history, oldest first, and what its arguments may be."""

    history: list[ApprovalEventOut]
    parameters: Annotated[
        dict[str, Any] | None,
        Field(description="The JSON schema of the tool's arguments; null when the tool is not there any more."),
    ]


class ApprovalPageOut(BaseModel):
    """A part of the list of requests, the newest first."""

    items: list[ApprovalOut]
    counts: Annotated[
        dict[ApprovalStatus, int],
        Field(description="How many there are in each state, by the other filters alone."),
    ]
    total: int
    limit: int
    offset: int


def approval_out(approval: Approval) -> ApprovalOut:
    return ApprovalOut.model_validate(_fields(approval))


def approval_details_out(
    approval: Approval, history: tuple[ApprovalEvent, ...], parameters: Mapping[str, Any] | None
) -> ApprovalDetailsOut:
    events = [ApprovalEventOut.model_validate(event) for event in history]
    schema = None if parameters is None else dict(parameters)
    return ApprovalDetailsOut.model_validate(_fields(approval) | {"history": events, "parameters": schema})


def approval_page_out(page: ApprovalPage) -> ApprovalPageOut:
    return ApprovalPageOut(
        items=list(map(approval_out, page.items)),
        counts=dict(page.counts),
        total=page.total,
        limit=page.limit,
        offset=page.offset,
    )


def _fields(approval: Approval) -> dict[str, Any]:
    same = (
        "id status confidence reasoning contact_id session_id thread_id turn_id agent_id message requested_at "
        "expires_at on_timeout executed_at consensus_id ticket_id"
    )
    result = approval.result
    return {
        **{name: getattr(approval, name) for name in same.split()},
        "action": {
            "kind": approval.kind,
            "tool": approval.tool,
            "arguments": dict(approval.arguments),
            "summary": approval.summary,
            "amount": _plainly(approval.amount),
            "currency": approval.currency,
            "percent": approval.percent,
        },
        "reasons": list(approval.reasons),
        "decision": _decision(approval),
        "result": None if result is None else {"success": result.success, "data": result.data, "error": result.error},
    }


def _decision(approval: Approval) -> dict[str, Any] | None:
    decision = approval.decision
    if decision is None:
        return None
    by = None if decision.by is None else {"id": decision.by, "name": decision.by_name or decision.by}
    arguments = None if decision.arguments is None else dict(decision.arguments)
    return {
        "verdict": decision.verdict,
        "by": by,
        "at": decision.at,
        "notes": decision.notes,
        "arguments": arguments,
    }


def _plainly(amount: Decimal | None) -> str | None:
    return None if amount is None else f"{amount:f}"
