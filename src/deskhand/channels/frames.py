"""Events as they go over the wire, the same for SSE and the socket; and the frames that a client may send."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any, Literal, assert_never

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from deskhand.llm.passages import Passage
from deskhand.turns.events import (
    AgentSaid,
    ApprovalChanged,
    AttachmentChanged,
    Completed,
    Escalated,
    Failed,
    NumberedEvent,
    OperatorSaid,
    OwnerChanged,
    PlanChanged,
    Routed,
    SourcesFound,
    StageReached,
    Started,
    TextAdded,
    ToolCalled,
    TurnEvent,
)

EventType = Literal[
    "start", "status", "route", "sources", "tool_call", "text", "escalation", "approval", "complete", "error"
]
_AS_THEY_ARE: Mapping[type, EventType] = {
    Started: "start",
    Routed: "route",
    Escalated: "escalation",
    ApprovalChanged: "approval",
    Failed: "error",
}


class Frame(BaseModel):
    """One event on the wire. `seq` counts from 1 in a session; null when the frame answers the connection itself."""

    type: EventType
    seq: int | None
    session_id: str | None
    turn_id: str | None
    at: datetime
    data: dict[str, Any]


class Hello(BaseModel):
    """The first frame of a client: who it is, and from where it wants to go on."""

    model_config = ConfigDict(extra="forbid")

    type: Literal["hello"]
    token: Annotated[str, Field(min_length=1, max_length=4096)]
    session_id: Annotated[str | None, Field(max_length=60)] = None
    stream: Annotated[str | None, Field(max_length=60)] = None
    last_seq: Annotated[int, Field(ge=0)] = 0


class SendMessage(BaseModel):
    """A message of the customer. The same key again gives the same answer, never a second turn."""

    model_config = ConfigDict(extra="forbid")

    type: Literal["message"]
    text: str
    idempotency_key: str | None = None
    attachments: Annotated[list[str], Field(max_length=100)] = []


class Ping(BaseModel):
    """Asks for a sign of life."""

    model_config = ConfigDict(extra="forbid")

    type: Literal["ping"]


ClientFrame = Annotated[Hello | SendMessage | Ping, Field(discriminator="type")]
CLIENT_FRAME: TypeAdapter[Hello | SendMessage | Ping] = TypeAdapter(ClientFrame)


def frame_of(numbered: NumberedEvent) -> Frame:
    """A turn's event as it goes over the wire."""
    kind, data = _kind_and_data(numbered.event)
    return Frame(
        type=kind,
        seq=numbered.seq,
        session_id=numbered.session_id,
        turn_id=numbered.turn_id,
        at=numbered.at,
        data=data,
    )


def _kind_and_data(event: TurnEvent) -> tuple[EventType, dict[str, Any]]:  # noqa: PLR0911 - one line a case
    match event:
        case Started() | Routed() | Escalated() | ApprovalChanged() | Failed():
            return _AS_THEY_ARE[type(event)], asdict(event)
        case StageReached(stage=stage, detail=detail):
            return "status", {"state": stage.value} | ({"detail": detail} if detail else {})
        case SourcesFound(passages=passages):
            return "sources", {"sources": [_source(passage) for passage in passages]}
        case ToolCalled(name=name, state=state, detail=detail):
            return "tool_call", {"name": name, "state": state.value} | ({"detail": detail} if detail else {})
        case TextAdded(delta=delta):
            return "text", {"delta": delta}
        case Completed(answer=answer):
            return "complete", answer
        case OperatorSaid() | AgentSaid() | PlanChanged() | OwnerChanged() | AttachmentChanged():
            return "status", _session_data(event)
        case _:
            assert_never(event)


def _session_data(event: OperatorSaid | AgentSaid | PlanChanged | OwnerChanged | AttachmentChanged) -> dict[str, Any]:
    """What happens in a session beside its turns."""
    match event:
        case OperatorSaid(message=message):
            return {"state": "operator_message", "message": message}
        case AgentSaid(message=message):
            return {"state": "agent_message", "message": message}
        case PlanChanged(plan=plan):
            return {"state": "plan", "plan": plan}
        case OwnerChanged(operator=operator):
            return {"state": "with_agent" if operator is None else "with_human", "operator": operator}
        case AttachmentChanged():
            return {"state": "attachment", "attachment": {**asdict(event)}}
        case _:
            assert_never(event)


def _source(passage: Passage) -> dict[str, Any]:
    return {
        "number": passage.number,
        "chunk_id": passage.chunk_id,
        "source_id": passage.source_id,
        "source": passage.source,
        "title": passage.title,
        "heading": passage.heading,
        "link": passage.link,
    }
