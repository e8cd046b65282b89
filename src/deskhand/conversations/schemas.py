"""HTTP shapes of sessions, messages and feedback."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from deskhand.conversations.model import Citation, Message, MessageRole, Page, Session, SessionStatus


class SessionOut(BaseModel):
    """One active stretch of a conversation."""

    model_config = ConfigDict(from_attributes=True)

    id: Annotated[str, Field(examples=["ses_019a0c1f5e7b7c3d9a4e2f60718293a4"])]
    thread_id: str
    contact_id: str
    channel: str
    status: SessionStatus
    started_at: datetime
    last_activity_at: datetime


class CitationOut(BaseModel):
    """A passage that the answer rests on; `number` is its marker `[n]` in the text."""

    model_config = ConfigDict(from_attributes=True)

    number: Annotated[int, Field(ge=1, examples=[1])]
    chunk_id: str
    source_id: str
    source: Annotated[str, Field(description="Path or name of the document.", examples=["returns/return-an-item.md"])]
    title: Annotated[str, Field(examples=["Return an item"])]
    heading: Annotated[str | None, Field(description="Where in the document, as a breadcrumb.")]
    link: str | None
    quote: Annotated[str, Field(description="The words of the document that support the answer.")]


class FeedbackIn(BaseModel):
    """What the customer thought of a message."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"score": -1, "reason": "That is last year's price."}]})

    score: Annotated[float, Field(ge=-1, le=1, description="From -1 (bad) to 1 (good).")]
    reason: Annotated[str | None, Field(max_length=2000)] = None


class FeedbackOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    score: float
    reason: str | None


class MessageOut(BaseModel):
    """One message of a conversation."""

    id: str
    thread_id: str
    session_id: str
    role: MessageRole
    content: str
    citations: list[CitationOut]
    metadata: Annotated[
        dict[str, Any],
        Field(description="For an answer: `answered`, `model`, `degraded`, `offer_human`."),
    ]
    feedback: FeedbackOut | None
    created_at: datetime


class MessagePage(BaseModel):
    """A part of a conversation, oldest message first."""

    items: list[MessageOut]
    total: int
    limit: int
    offset: int


class SessionPage(BaseModel):
    """A part of the list of sessions, newest first."""

    items: list[SessionOut]
    total: int
    limit: int
    offset: int


StatusFilter = Literal["active", "closed"]


def session_out(session: Session) -> SessionOut:
    return SessionOut.model_validate(session)


def citation_out(citation: Citation) -> CitationOut:
    return CitationOut.model_validate(citation)


def message_out(message: Message) -> MessageOut:
    feedback = FeedbackOut.model_validate(message.feedback) if message.feedback else None
    return MessageOut(
        id=message.id,
        thread_id=message.thread_id,
        session_id=message.session_id,
        role=message.role,
        content=message.content,
        citations=[citation_out(citation) for citation in message.citations],
        metadata=message.details,
        feedback=feedback,
        created_at=message.created_at,
    )


def message_page(page: Page[Message]) -> MessagePage:
    items = [message_out(message) for message in page.items]
    return MessagePage(items=items, total=page.total, limit=page.limit, offset=page.offset)


def session_page(page: Page[Session]) -> SessionPage:
    items = [session_out(session) for session in page.items]
    return SessionPage(items=items, total=page.total, limit=page.limit, offset=page.offset)
