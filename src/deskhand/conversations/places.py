"""Where a contact stands outside of a turn: the newest conversation, who has it, when the contact last wrote.

Above: the CRM's deliveries, which reach this through a port of their own. Below: the tables.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from deskhand.conversations.model import CloseReason, MessageRole, SessionStatus, ThreadStatus
from deskhand.conversations.tables import ChatSession, MessageRow, Thread
from deskhand.tenancy.scope import TenantScope


@dataclass(frozen=True, kw_only=True, slots=True)
class ContactPlace:
    """`is_open`: nobody has ended the conversation; one that fell silent is open. `human_owner` has it in person."""

    thread_id: str
    session_id: str
    is_open: bool
    human_owner: str | None
    customer_wrote_at: datetime | None


class ContactPlaces:
    """One for the process."""

    async def newest(
        self, db: AsyncSession, scope: TenantScope, contact_id: str, *, session_id: str | None = None
    ) -> ContactPlace | None:
        """The conversation that the contact was in last; None when there is none, or the scope may not see it.

        While the session of that id is open it is that one, whatever else is.
        """
        if scope.own_contact_id not in {None, contact_id}:
            return None
        active_first = (ChatSession.status == SessionStatus.ACTIVE).desc()
        named_first = (ChatSession.id == (session_id or "")).desc()
        row = (
            await db.execute(
                select(ChatSession, Thread)
                .join(Thread, Thread.id == ChatSession.thread_id)
                .where(ChatSession.contact_id == contact_id)
                .order_by(active_first, named_first, ChatSession.last_activity_at.desc(), ChatSession.id.desc())
                .limit(1)
            )
        ).first()
        if row is None:
            return None
        session, thread = row
        ended = session.status == SessionStatus.CLOSED and session.close_reason == CloseReason.EXPLICIT
        return ContactPlace(
            thread_id=thread.id,
            session_id=session.id,
            is_open=thread.status != ThreadStatus.CLOSED and not ended,
            human_owner=session.human_owner if session.status == SessionStatus.ACTIVE else None,
            customer_wrote_at=await _wrote_at(db, contact_id),
        )


async def _wrote_at(db: AsyncSession, contact_id: str) -> datetime | None:
    of_contact = (
        select(func.max(MessageRow.id))
        .join(Thread, Thread.id == MessageRow.thread_id)
        .where(Thread.contact_id == contact_id, MessageRow.role == MessageRole.CUSTOMER)
    )
    newest = await db.scalar(of_contact)
    # Ids sort by time, and a moment's type is kept by its column alone.
    return None if newest is None else await db.scalar(select(MessageRow.created_at).where(MessageRow.id == newest))
