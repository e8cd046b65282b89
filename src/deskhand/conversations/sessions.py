"""SQL of sessions: which is active, where a new one goes on, how one ends. Below: tables.

Above: `lifecycle.py`, which decides. A contact has one active session on a channel; the database holds it, so of two
transactions that open one at the same time the second fails and finds the first one's.
"""

from datetime import datetime

from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from deskhand.conversations.closing_repository import ClosingRepository
from deskhand.conversations.model import CloseReason, Page, Session, SessionStatus, ThreadStatus
from deskhand.conversations.repository import ConversationRepository, own_sessions, session_of
from deskhand.conversations.tables import ChatSession, Thread
from deskhand.kit.clock import Clock
from deskhand.kit.ids import new_id
from deskhand.tenancy.scope import TenantScope


class SessionRepository:
    """Sessions of one scope, inside the caller's transaction."""

    def __init__(self, db: AsyncSession, scope: TenantScope, clock: Clock) -> None:
        self._db = db
        self._scope = scope
        self._clock = clock

    async def newest(self, contact_id: str, channel: str) -> Session | None:
        """The contact's active session on that channel, else the one that ended last."""
        row = await self._db.scalar(
            select(ChatSession)
            .where(ChatSession.contact_id == contact_id, ChatSession.channel == channel)
            .order_by((ChatSession.status == SessionStatus.ACTIVE).desc(), ChatSession.id.desc())
            .limit(1)
        )
        return None if row is None else session_of(row)

    async def sessions(self, *, status: SessionStatus | None, limit: int, offset: int) -> Page[Session]:
        """Newest first."""
        wanted = own_sessions(self._scope)
        if status is not None:
            wanted = wanted.where(ChatSession.status == status)
        total = await self._db.scalar(select(func.count()).select_from(wanted.subquery())) or 0
        rows = await self._db.scalars(wanted.order_by(ChatSession.id.desc()).limit(limit).offset(offset))
        return Page(items=tuple(session_of(row) for row in rows), total=total, limit=limit, offset=offset)

    async def create(self, contact_id: str, channel: str, *, thread_id: str | None, agent_id: str | None) -> Session:
        """A new active session, on that thread or on a new one."""
        now, tenant_id = self._clock.now(), self._scope.tenant_id
        if thread_id is None:
            thread_id = new_id("thr")
            thread = {"id": thread_id, "tenant_id": tenant_id, "contact_id": contact_id, "created_at": now}
            blank = {"title": "", "status": ThreadStatus.OPEN, "message_count": 0, "context_summary": ""}
            await self._db.execute(insert(Thread), [thread | blank])
        values = {
            "id": new_id("ses"),
            "tenant_id": tenant_id,
            "thread_id": thread_id,
            "contact_id": contact_id,
            "channel": channel,
            "agent_id": agent_id,
            "status": SessionStatus.ACTIVE,
            "started_at": now,
            "last_activity_at": now,
        }
        await self._db.execute(insert(ChatSession), [values])
        return await ConversationRepository(self._db, self._scope, self._clock).session(str(values["id"]))

    async def close(
        self,
        session_id: str,
        reason: CloseReason,
        *,
        resolution: str | None = None,
        idle_before: datetime | None = None,
    ) -> bool:
        """Whether the session was active and is closed now, its record begun.

        With `idle_before` only when nothing has happened in it since.
        """
        wanted = update(ChatSession).where(ChatSession.id == session_id, ChatSession.status == SessionStatus.ACTIVE)
        if idle_before is not None:
            wanted = wanted.where(ChatSession.last_activity_at < idle_before)
        changes = {"closed_at": self._clock.now(), "close_reason": reason, "resolution": resolution}
        closed = await self._db.execute(
            wanted.values(status=SessionStatus.CLOSED, **changes).returning(ChatSession.id),
            execution_options={"synchronize_session": False},
        )
        if closed.first() is None:
            return False
        self._db.expire_all()
        await ClosingRepository(self._db, self._scope, self._clock).begin(session_id)
        return True

    async def end_for_good(self, session_id: str) -> None:
        """A session that ended by itself is now ended by somebody: the next one begins a conversation of its own."""
        await self._db.execute(
            update(ChatSession)
            .where(ChatSession.id == session_id, ChatSession.close_reason == CloseReason.IDLE)
            .values(close_reason=CloseReason.EXPLICIT),
            execution_options={"synchronize_session": False},
        )
        self._db.expire_all()


async def idle_sessions(
    db: AsyncSession, *, before: datetime, after_id: str, limit: int
) -> tuple[tuple[str, str], ...]:
    """Tenant and id of active sessions of every tenant in which nothing has happened since, in the order of ids."""
    found = await db.execute(
        select(ChatSession.tenant_id, ChatSession.id)
        .where(ChatSession.status == SessionStatus.ACTIVE, ChatSession.last_activity_at < before)
        .where(ChatSession.id > after_id)
        .order_by(ChatSession.id)
        .limit(limit)
    )
    return tuple((tenant_id, session_id) for tenant_id, session_id in found)
