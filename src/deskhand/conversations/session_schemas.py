"""HTTP shapes of sessions, their closing records and the runs of agents in them."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from deskhand.conversations.model import (
    CloseReason,
    Closing,
    Execution,
    Page,
    SessionDetails,
    SessionStatus,
)
from deskhand.conversations.texts import PlainText
from deskhand.llm.entities import EntityKind
from deskhand.llm.sentiment import SentimentLabel

AGENT_ID = r"^[a-z0-9][a-z0-9_-]{0,63}$"
MAX_RESOLUTION_CHARS = 2_000


class SessionIn(BaseModel):
    """What kind of session is wanted; nothing of it has to be said."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{}, {"agent_id": "support", "new_thread": True}]}
    )

    agent_id: Annotated[
        str | None,
        Field(
            pattern=AGENT_ID,
            description="Another agent than the active session's ends that one and begins a new thread.",
            examples=["support"],
        ),
    ] = None
    new_thread: Annotated[bool, Field(description="Begin a new conversation, whatever went before.")] = False


class CloseIn(BaseModel):
    """How it ended, where there is something to say about it."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"resolution": "Refund sent."}]})

    resolution: Annotated[PlainText | None, Field(max_length=MAX_RESOLUTION_CHARS)] = None


class SentimentOut(BaseModel):
    """How the customer felt, the end weighing most."""

    label: SentimentLabel
    score: Annotated[float, Field(ge=-1, le=1, description="From -1 (very unhappy) to 1 (very happy).")]


class EntityOut(BaseModel):
    """Something the customer named. `value` is its one way of writing: telephone numbers in E.164, say."""

    model_config = ConfigDict(from_attributes=True)

    kind: EntityKind
    text: str
    value: str


class ClosingOut(BaseModel):
    """What a closed session was about."""

    summary: Annotated[str, Field(description="Two or three sentences: topic, outcome, next step.")]
    sentiment: SentimentOut
    topics: list[str]
    entities: list[EntityOut]
    duration_seconds: Annotated[float, Field(ge=0)]
    message_count: int
    agent_count: int
    written_by: Annotated[str, Field(description="`offline`, or the name of the language model that summed up.")]


class SessionOut(BaseModel):
    """One active stretch of a conversation."""

    id: Annotated[str, Field(examples=["ses_019a0c1f5e7b7c3d9a4e2f60718293a4"])]
    thread_id: str
    contact_id: str
    channel: str
    status: SessionStatus
    agent_id: Annotated[str | None, Field(description="Null for the tenant's default agent.")]
    agent_version: Annotated[str | None, Field(description="Of the contract that the last answer was given under.")]
    started_at: datetime
    last_activity_at: datetime
    closed_at: datetime | None
    close_reason: Annotated[
        CloseReason | None, Field(description="After `idle` the next session goes on in the same thread.")
    ]
    message_count: int
    agent_count: Annotated[int, Field(description="How many agents have answered in it.")]
    closing: Annotated[ClosingOut | None, Field(description="There within moments of the close.")]


class SessionPage(BaseModel):
    """A part of the list of sessions, newest first."""

    items: list[SessionOut]
    total: int
    limit: int
    offset: int


class ExecutionOut(BaseModel):
    """One run of an agent: what it was given, what it gave, how sure it was and how long it took."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    turn_id: str
    agent_id: str | None
    agent_version: str | None
    category: Annotated[str | None, Field(description="What the message was routed as, where it was routed.")]
    confidence: Annotated[float, Field(ge=0, le=1)]
    input: str
    output: str
    seconds: Annotated[float, Field(ge=0)]
    at: datetime


class ExecutionPage(BaseModel):
    """A part of the runs of agents in a session, oldest first."""

    items: list[ExecutionOut]
    total: int
    limit: int
    offset: int


def session_out(details: SessionDetails) -> SessionOut:
    session = details.session
    return SessionOut(
        id=session.id,
        thread_id=session.thread_id,
        contact_id=session.contact_id,
        channel=session.channel,
        status=session.status,
        agent_id=session.agent_id,
        agent_version=session.agent_version,
        started_at=session.started_at,
        last_activity_at=session.last_activity_at,
        closed_at=session.closed_at,
        close_reason=session.close_reason,
        message_count=details.message_count,
        agent_count=details.agent_count,
        closing=None if details.closing is None else closing_out(details.closing),
    )


def closing_out(closing: Closing) -> ClosingOut:
    return ClosingOut(
        summary=closing.summary,
        sentiment=SentimentOut(label=closing.sentiment_label, score=closing.sentiment_score),
        topics=list(closing.topics),
        entities=[EntityOut.model_validate(entity) for entity in closing.entities],
        duration_seconds=closing.duration_seconds,
        message_count=closing.message_count,
        agent_count=closing.agent_count,
        written_by=closing.written_by,
    )


def execution_page(page: Page[Execution]) -> ExecutionPage:
    items = [ExecutionOut.model_validate(execution) for execution in page.items]
    return ExecutionPage(items=items, total=page.total, limit=page.limit, offset=page.offset)
