"""HTTP shapes of the audit's records and of what their turns were given."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from deskhand.audit.facts import ReplayInputs, SourceUsed
from deskhand.audit.model import (
    AuditEvent,
    AuditPage,
    MessageAudit,
    Outcome,
    SealState,
    TurnPayload,
)

NANOS = 1_000_000_000
_RECORD: dict[str, Any] = {
    "id": "aud_019a0c1f71aa7d1e9a4e2f60718293a4",
    "event": "turn",
    "at": "2026-01-15T09:30:00.251034Z",
    "seq": 412,
    "hash": "5c1a0e1f3ac7b6e0d8f2a4b3190c7e6d5f4a3b2c1d0e9f8a7b6c5d4e3f2a1b0c",
    "previous_hash": "9f8e7d6c5b4a39281706f5e4d3c2b1a09f8e7d6c5b4a39281706f5e4d3c2b1a0",
    "request_id": "req_019a0c1f6e0074b29a4e2f60718293a4",
    "session_id": "ses_019a0c1f5e7b7c3d9a4e2f60718293a4",
    "thread_id": "thr_019a0c1f5e7a70f19a4e2f60718293a4",
    "turn_id": "trn_019a0c1f6f0074b29a4e2f60718293a4",
    "turn_ids": ["trn_019a0c1f6f0074b29a4e2f60718293a4"],
    "contact_id": "con_019a0c1f5e0074b29a4e2f60718293a4",
    "actor_id": None,
    "agent_id": "support",
    "agent_version": "1.0.0",
    "kind": "answer",
    "confidence": 0.93,
    "model": "offline",
    "degraded": False,
    "input_tokens": 0,
    "output_tokens": 0,
    "cost": None,
    "currency": None,
    "seconds": 0.0214,
    "stages": {"searching": 0.012, "writing": 0.006, "checking": 0.001},
    "ticket_id": None,
    "tools": [],
    "approvals": [],
    "sources": [
        {
            "number": 1,
            "chunk_id": "chk_019a0c1e000074b29a4e2f60718293a4",
            "source_id": "src_019a0c1e000074b29a4e2f60718293a5",
            "source": "returns/return-an-item.md",
            "title": "Return an item",
            "heading": "How long you have",
            "link": "https://help.example.com/returns",
            "quote": "You can return a helmet within 30 days of delivery.",
            "cited": True,
        }
    ],
    "messages": ["I am <PERSON>, <EMAIL_ADDRESS>. How long can I return a helmet?"],
    "answer": "You can return a helmet within 30 days of delivery. [1]",
    "pii_redacted": True,
    "personal": "readable",
    "payload_bytes": 4312,
    "payload_digest": "0c9b8a7f6e5d4c3b2a1908f7e6d5c4b3a2918070f6e5d4c3b2a19080706f5e4d",
    "blob_key": None,
}


class AuditSourceOut(BaseModel):
    """A passage that the answer could rest on."""

    model_config = ConfigDict(from_attributes=True)

    number: int
    chunk_id: str
    source_id: str
    source: str
    title: str
    heading: str | None
    link: str | None
    quote: str
    cited: bool


class AuditToolOut(BaseModel):
    """What the calls of one tool came to. `summary` is redacted, and empty once the contact is erased."""

    model_config = ConfigDict(from_attributes=True)

    name: str
    success: bool
    calls: int
    attempts: int
    seconds: float
    summary: str


class AuditApprovalOut(BaseModel):
    """A decision of a person on what the agent wanted to do."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    action: str
    decision: str
    decided_by: str | None


class AuditRecordOut(BaseModel):
    """What happened in one turn. Where `personal` is not `readable`, `messages`, `answer` and `sources` are null."""

    model_config = ConfigDict(json_schema_extra={"examples": [_RECORD]})

    id: str
    event: AuditEvent
    at: datetime
    seq: Annotated[int | None, Field(description="Its number in the chain; null until it is chained.")]
    hash: str | None
    previous_hash: str | None
    request_id: str | None
    session_id: str | None
    thread_id: str | None
    turn_id: str | None
    turn_ids: Annotated[list[str], Field(description="Every turn that this one answer ended.")]
    contact_id: str
    actor_id: Annotated[str | None, Field(description="Who erased the contact, in a record of that.")]
    agent_id: str | None
    agent_version: str | None
    kind: Annotated[str, Field(description="What the answer was; of a failure its code.")]
    confidence: float
    model: str
    degraded: bool
    input_tokens: int
    output_tokens: int
    cost: Annotated[float | None, Field(description="Null where the model has no price.")]
    currency: str | None
    seconds: float
    stages: Annotated[dict[str, float], Field(description="Seconds by stage of the turn.")]
    ticket_id: str | None
    tools: list[AuditToolOut]
    approvals: list[AuditApprovalOut]
    sources: list[AuditSourceOut] | None
    messages: Annotated[list[str] | None, Field(description="What the customer wrote, redacted.")]
    answer: Annotated[str | None, Field(description="Redacted.")]
    pii_redacted: Annotated[bool, Field(description="Whether something was redacted.")]
    personal: Annotated[SealState, Field(description="Whether the personal part can be read, or was erased.")]
    payload_bytes: Annotated[int, Field(description="Of what the turn was given, as it is stored.")]
    payload_digest: str | None
    blob_key: Annotated[str | None, Field(description="Where the payload lies in the blob store; null: not there.")]


class AuditRecordPage(BaseModel):
    """A part of the records, newest first."""

    items: list[AuditRecordOut]
    total: int
    limit: int
    offset: int
    next: Annotated[
        str | None,
        Field(description="Give it as `before` for the next page, which stays right while records arrive. Null: end."),
    ]


class AuditSaidOut(BaseModel):
    """A message of the history that the model was given."""

    model_config = ConfigDict(from_attributes=True)

    role: str
    text: str
    message_id: str


class AuditPassageOut(BaseModel):
    """A passage that the model was given, whole."""

    model_config = ConfigDict(from_attributes=True)

    number: int
    chunk_id: str
    source_id: str
    source: str
    title: str
    heading: str | None
    link: str | None
    text: str
    relevance: float


class AuditInputsOut(BaseModel):
    """Everything the answer came from, unredacted."""

    model_config = ConfigDict(from_attributes=True)

    text: str
    texts: list[str]
    questions: list[str]
    history: list[AuditSaidOut]
    summary: str
    passages: list[AuditPassageOut]
    knowledge_bases: list[str]
    agent_id: str
    agent_version: str
    model: str
    more: dict[str, Any]


class AuditOutcomeOut(BaseModel):
    """What the turn came to, unredacted."""

    model_config = ConfigDict(from_attributes=True)

    answer: str
    kind: str
    confidence: float
    model: str
    sources: list[AuditSourceOut]


class AuditPayloadOut(BaseModel):
    """What a turn was given and what came of it: the words as they were, for whoever may see conversations anyway."""

    inputs: AuditInputsOut
    outcome: AuditOutcomeOut


def record_out(record: MessageAudit) -> AuditRecordOut:
    plain = {name: getattr(record, name) for name in AuditRecordOut.model_fields if hasattr(record, name)}
    personal = record.sealed
    return AuditRecordOut.model_validate(
        plain
        | {
            "cost": record.cost_nanos / NANOS if record.currency else None,
            "currency": record.currency or None,
            "tools": [AuditToolOut.model_validate(tool) for tool in record.tools],
            "approvals": [] if personal is None else list(map(AuditApprovalOut.model_validate, personal.approvals)),
            "sources": None if personal is None else sources_out(personal.sources),
            "messages": None if personal is None else personal.texts,
            "answer": None if personal is None else personal.answer,
            "personal": record.state,
        }
    )


def page_out(page: AuditPage[MessageAudit]) -> AuditRecordPage:
    items = [record_out(record) for record in page.items]
    return AuditRecordPage(items=items, total=page.total, limit=page.limit, offset=page.offset, next=page.next)


def payload_out(payload: TurnPayload) -> AuditPayloadOut:
    return AuditPayloadOut(inputs=_inputs(payload.inputs), outcome=outcome_out(payload.outcome))


def sources_out(sources: tuple[SourceUsed, ...]) -> list[AuditSourceOut]:
    return [AuditSourceOut.model_validate(source) for source in sources]


def _inputs(inputs: ReplayInputs) -> AuditInputsOut:
    return AuditInputsOut.model_validate(inputs)


def outcome_out(outcome: Outcome) -> AuditOutcomeOut:
    return AuditOutcomeOut.model_validate(outcome)
