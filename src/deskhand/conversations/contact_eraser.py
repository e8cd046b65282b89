"""Takes away a contact's conversations, with all that hangs on them. Above: the erasing of persons. Below: tables."""

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from deskhand.conversations.tables import ChatSession, Thread
from deskhand.tenancy.scope import TenantScope


async def sessions_of(db: AsyncSession, contact_id: str) -> tuple[str, ...]:
    """The ids of all sessions that the contact has had."""
    return tuple(await db.scalars(select(ChatSession.id).where(ChatSession.contact_id == contact_id)))


async def erase_conversations(db: AsyncSession, scope: TenantScope, contact_id: str) -> int:  # noqa: ARG001 - bound to db
    """Every thread with its sessions, messages, turns, attachments and tickets; how many threads, in the caller's
    transaction.
    """
    mine = delete(Thread).where(Thread.contact_id == contact_id)
    gone = await db.execute(mine, execution_options={"synchronize_session": False})
    return int(gone.rowcount)  # type: ignore[attr-defined] # a statement that changes rows counts them
