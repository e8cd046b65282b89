"""What becomes of a session once the turn that is under way in it has ended: another agent, or its end.

Above: the CRM's tools, which reach this through a port of their own. Below: the life of sessions, their live state.
"""

from collections.abc import Awaitable, Callable

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from deskhand.conversations.lifecycle import SessionLifecycle
from deskhand.conversations.model import SessionStatus
from deskhand.conversations.repository import ConversationRepository
from deskhand.conversations.session_store import SessionStore
from deskhand.conversations.tables import ChatSession
from deskhand.kit.clock import Clock
from deskhand.tenancy.scope import TenantScope
from deskhand.tenancy.store import TenantStore

KnowsAgent = Callable[[TenantScope, str], Awaitable[bool]]
"""Whether the tenant has an active agent of that id."""


class AfterTurn:
    """Waits for the session's lease, so that the turn is not cut short and does not undo what is done here."""

    def __init__(
        self,
        *,
        store: TenantStore,
        clock: Clock,
        live: SessionStore,
        lifecycle: SessionLifecycle,
        knows_agent: KnowsAgent,
    ) -> None:
        self._store = store
        self._clock = clock
        self._live = live
        self._lifecycle = lifecycle
        self._knows_agent = knows_agent

    async def knows_agent(self, scope: TenantScope, agent_id: str) -> bool:
        return await self._knows_agent(scope, agent_id)

    async def assign(self, scope: TenantScope, session_id: str, agent_id: str) -> None:
        """From the next message on that agent answers; a session that has ended stays as it is."""
        async with self._live.lease(session_id), self._store.write(scope) as db:
            conversations = ConversationRepository(db, scope, self._clock)
            await _change(db, conversations, session_id, agent_id=agent_id, agent_version=None)

    async def note_resolution(self, db: AsyncSession, scope: TenantScope, session_id: str, resolution: str) -> None:
        """Keep with the session what came of it, in the caller's transaction, until it is closed."""
        await _change(db, ConversationRepository(db, scope, self._clock), session_id, resolution=resolution)

    async def close(self, scope: TenantScope, session_id: str) -> None:
        """End the session, with the resolution that was noted. One that has ended stays as it is.

        Raises:
            UnknownSession: when there is none.
        """
        async with self._live.lease(session_id):
            pass
        async with self._store.read(scope) as db:
            session = await ConversationRepository(db, scope, self._clock).session(session_id)
        await self._lifecycle.close(scope, session_id, resolution=session.resolution)


async def _change(
    db: AsyncSession, conversations: ConversationRepository, session_id: str, **values: str | None
) -> None:
    """Set it on a session that is open. Raises UnknownSession when the scope has no such session."""
    await conversations.session(session_id)
    active = (ChatSession.id == session_id, ChatSession.status == SessionStatus.ACTIVE)
    await db.execute(
        update(ChatSession).where(*active).values(values), execution_options={"synchronize_session": False}
    )
