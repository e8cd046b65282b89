"""The answer as every channel sends it: REST as a body, SSE and the socket in the `complete` event."""

from enum import StrEnum
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from deskhand.conversations.schemas import CitationOut, MessageOut

_EXAMPLE: dict[str, Any] = {
    "session_id": "ses_019a0c1f5e7b7c3d9a4e2f60718293a4",
    "thread_id": "thr_019a0c1f5e7a70f19a4e2f60718293a4",
    "turn_id": "trn_019a0c1f6f0074b29a4e2f60718293a4",
    "message": {
        "id": "msg_019a0c1f70aa7d1e9a4e2f60718293a4",
        "thread_id": "thr_019a0c1f5e7a70f19a4e2f60718293a4",
        "session_id": "ses_019a0c1f5e7b7c3d9a4e2f60718293a4",
        "role": "agent",
        "content": "You can return a helmet within 30 days of delivery. [1]",
        "citations": [],
        "metadata": {"answered": True, "model": "offline", "degraded": False, "offer_human": False},
        "feedback": None,
        "created_at": "2026-01-15T09:30:00Z",
    },
    "answer": "You can return a helmet within 30 days of delivery. [1]",
    "answered": True,
    "citations": [
        {
            "number": 1,
            "chunk_id": "chk_019a0c1e000074b29a4e2f60718293a4",
            "source_id": "src_019a0c1e000074b29a4e2f60718293a5",
            "source": "returns/return-an-item.md",
            "title": "Return an item",
            "heading": "How long you have",
            "link": "https://help.example.com/returns",
            "quote": "You can return a helmet within 30 days of delivery.",
        }
    ],
    "requires_escalation": False,
    "ticket": None,
    "confidence": 0.93,
    "tools_used": [],
    "tool_metadata": {},
    "processing_time": 0.021,
    "model": "offline",
    "with_human": False,
    "agent_id": "support-billing",
    "agent_version": "1.0.0",
    "agent_used": "support-billing",
    "category": "support",
    "route": {
        "agent_id": "support-billing",
        "name": "Bella",
        "category": "support",
        "confidence": 0.91,
        "reasoning": "Closest to 'When will my refund arrive?' of Bella (support-billing).",
        "decided_by": "semantic",
        "fallback": False,
        "reason": None,
        "path": [],
    },
}


class AnswerKind(StrEnum):
    """What the agent did with the message."""

    ANSWER = "answer"
    NO_ANSWER = "no_answer"
    SMALL_TALK = "small_talk"
    HUMAN = "human"
    WITH_HUMAN = "with_human"
    """A person has the conversation: nothing was answered, the message waits for that person."""


class RouteOut(BaseModel):
    """Whose the message was found to be, where several agents could answer."""

    model_config = ConfigDict(from_attributes=True)

    agent_id: Annotated[str, Field(description="The agent that answered.")]
    name: str
    category: Annotated[str, Field(description="What kind of matter it is: the first word of the agent's id.")]
    confidence: Annotated[float, Field(ge=0, le=1, description="How sure that is, calibrated.")]
    reasoning: str
    decided_by: Annotated[
        str,
        Field(
            description="`semantic`, `model`, `kept` (it leans on the message before), `general` (nobody fits better), "
            "or `handoff` (another agent gave it on)."
        ),
    ]
    fallback: Annotated[bool, Field(description="True when the agent that was chosen could not answer.")] = False
    reason: Annotated[str | None, Field(description="Why it could not.")] = None
    path: Annotated[list[str], Field(description="The agents that had the message before and gave it on.")] = []


class AnswerOut(BaseModel):
    """What came of one message."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    session_id: str
    thread_id: str
    turn_id: str
    message: Annotated[
        MessageOut | None, Field(description="The stored reply; null while a person has the conversation.")
    ]
    answer: Annotated[str, Field(description="The text, with markers `[n]` that name its citations.")]
    answered: Annotated[bool, Field(description="False when the knowledge bases do not answer the question.")]
    citations: list[CitationOut]
    requires_escalation: Annotated[bool, Field(description="True when a person is to come in.")]
    ticket: Annotated[str | None, Field(description="The ticket that was opened, once a session.")]
    confidence: Annotated[float, Field(ge=0, le=1, description="Of the best cited passage, calibrated.")]
    tools_used: list[str]
    tool_metadata: dict[str, Any]
    processing_time: Annotated[float, Field(ge=0, description="Seconds from the message's acceptance.")]
    memory_confidence: Annotated[
        float | None,
        Field(ge=0, le=1, description="How sure what was remembered of the contact is; null when nothing was."),
    ] = None
    model: str
    with_human: Annotated[
        bool, Field(description="True while a person has the conversation: the message waits for that person.")
    ] = False
    agent_id: str = "support"
    agent_version: Annotated[str, Field(description="The version of the contract that answered.")] = "0.0.0"
    agent_used: Annotated[str, Field(description="The agent that answered, whoever has the session.")] = "support"
    category: Annotated[str | None, Field(description="What kind of matter it is; null where nothing was routed.")] = (
        None
    )
    route: Annotated[RouteOut | None, Field(description="Null where one agent has the session by itself.")] = None
    plan: Annotated[
        str | None,
        Field(description="The plan that goes on with a message of several matters; its outcome is a message too."),
    ] = None
