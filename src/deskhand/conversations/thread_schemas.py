"""HTTP shapes of threads and of windows onto their messages."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from deskhand.conversations.model import MessageWindow, Page, ThreadRecord, ThreadStatus
from deskhand.conversations.schemas import MessageOut, message_out
from deskhand.conversations.texts import OneLine

MAX_TITLE_CHARS = 200


class ThreadOut(BaseModel):
    """A durable conversation of one contact; its sessions are the stretches in which it was active."""

    model_config = ConfigDict(from_attributes=True)

    id: Annotated[str, Field(examples=["thr_019a0c1f5e7a70f19a4e2f60718293a4"])]
    contact_id: str
    title: Annotated[str, Field(description="The beginning of the first message, unless somebody gave another.")]
    status: ThreadStatus
    message_count: int
    last_message_at: datetime | None
    context_summary: Annotated[str, Field(description="What was said before the messages an agent is still given.")]
    created_at: datetime


class ThreadPage(BaseModel):
    """A part of the list of threads, newest first."""

    items: list[ThreadOut]
    total: int
    limit: int
    offset: int


class ThreadPatch(BaseModel):
    """What is to change; what is left out, or null, stays. The status is for staff."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"title": "Helmet return"}]})

    title: Annotated[OneLine | None, Field(max_length=MAX_TITLE_CHARS)] = None
    status: ThreadStatus | None = None


class ThreadMessages(BaseModel):
    """A stretch of a thread, oldest message first.

    Older ones: ask with `before`; newer ones, also those still to come: ask with `after`.
    """

    items: list[MessageOut]
    has_more: Annotated[bool, Field(description="Whether more follow in the direction asked: older, else newer.")]
    before: Annotated[str | None, Field(description="Cursor of what is older than this page.")]
    after: Annotated[str | None, Field(description="Cursor of what is newer than this page.")]
    total: Annotated[int, Field(description="How many messages the thread has.")]


def thread_out(thread: ThreadRecord) -> ThreadOut:
    return ThreadOut.model_validate(thread)


def thread_page(page: Page[ThreadRecord]) -> ThreadPage:
    items = [thread_out(thread) for thread in page.items]
    return ThreadPage(items=items, total=page.total, limit=page.limit, offset=page.offset)


def thread_messages(window: MessageWindow) -> ThreadMessages:
    return ThreadMessages(
        items=[message_out(message) for message in window.items],
        has_more=window.has_more,
        before=window.before,
        after=window.after,
        total=window.total,
    )
