"""HTTP shapes of messages and feedback."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from deskhand.conversations.model import Citation, Message, MessageRole, Page
from deskhand.conversations.texts import PlainText


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
    reason: Annotated[PlainText | None, Field(max_length=2000)] = None


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


def citation_out(citation: Citation) -> CitationOut:
    return CitationOut.model_validate(citation)


_INSIDE = frozenset({"operator_id"})
"""What of a message's details is not for its customer: who of the staff wrote is told by name."""


def message_out(message: Message) -> MessageOut:
    feedback = FeedbackOut.model_validate(message.feedback) if message.feedback else None
    return MessageOut(
        id=message.id,
        thread_id=message.thread_id,
        session_id=message.session_id,
        role=message.role,
        content=message.content,
        citations=[citation_out(citation) for citation in message.citations],
        metadata={name: value for name, value in message.details.items() if name not in _INSIDE},
        feedback=feedback,
        created_at=message.created_at,
    )


def message_page(page: Page[Message]) -> MessagePage:
    items = [message_out(message) for message in page.items]
    return MessagePage(items=items, total=page.total, limit=page.limit, offset=page.offset)
