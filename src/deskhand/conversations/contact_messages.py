"""SQL of all that was said with one contact, whatever the thread, the newest first.

Above: the wiring, which shows it on the contact's timeline. Below: tables.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from deskhand.conversations.model import MessageRole
from deskhand.conversations.tables import MessageRow, Thread


@dataclass(frozen=True, kw_only=True, slots=True)
class SaidMessage:
    """A message as a timeline shows it."""

    id: str
    thread_id: str
    session_id: str
    turn_id: str | None
    role: MessageRole
    text: str
    at: datetime


async def messages_before(
    db: AsyncSession, contact_id: str, *, at: datetime | None, message_id: str, limit: int
) -> Sequence[SaidMessage]:
    """The newest messages of the contact behind that moment and id, of the tenant that the session is filtered to."""
    mine = select(MessageRow).join(Thread, Thread.id == MessageRow.thread_id).where(Thread.contact_id == contact_id)
    if at is not None:
        same = and_(MessageRow.created_at == at, MessageRow.id < message_id)
        mine = mine.where(or_(MessageRow.created_at < at, same))
    newest = mine.order_by(MessageRow.created_at.desc(), MessageRow.id.desc()).limit(limit)
    return [
        SaidMessage(
            id=row.id,
            thread_id=row.thread_id,
            session_id=row.session_id,
            turn_id=row.turn_id,
            role=MessageRole(row.role),
            text=row.content,
            at=row.created_at,
        )
        for row in await db.scalars(newest)
    ]
