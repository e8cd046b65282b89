"""Sessions over HTTP: opened, listed, closed with a record of what they were about, and the runs of agents in them."""

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import APIRouter, Query

from deskhand.conversations.closing_repository import ClosingRepository
from deskhand.conversations.ids import Limit, Offset, SessionId
from deskhand.conversations.lifecycle import SessionLifecycle, SessionWish
from deskhand.conversations.model import Session, SessionStatus
from deskhand.conversations.repository import ConversationRepository
from deskhand.conversations.session_schemas import (
    CloseIn,
    ExecutionPage,
    SessionIn,
    SessionOut,
    SessionPage,
    execution_page,
    session_out,
)
from deskhand.conversations.sessions import SessionRepository
from deskhand.kit.clock import Clock
from deskhand.kit.errors import NotAllowed
from deskhand.kit.problems import responses
from deskhand.tenancy.directory import Directory
from deskhand.tenancy.http import allowed
from deskhand.tenancy.permissions import Permission
from deskhand.tenancy.scope import TenantScope
from deskhand.tenancy.store import TenantStore

Reader = Annotated[TenantScope, allowed(Permission.CONVERSATIONS_READ)]
Talker = Annotated[TenantScope, allowed(Permission.CHAT)]
AgentCheck = Callable[[TenantScope, str], Awaitable[object]]
"""Raises NotFound when the scope's tenant has no agent of that id that takes sessions."""
WEB_CHANNEL = "web"
TRY_OUT_CHANNEL = "try-out"


class SessionEndpoints:
    """A contact reaches its own sessions, staff all of their tenant."""

    def __init__(
        self,
        *,
        store: TenantStore,
        directory: Directory,
        clock: Clock,
        lifecycle: SessionLifecycle,
        check_agent: AgentCheck,
    ) -> None:
        self._store = store
        self._directory = directory
        self._clock = clock
        self._lifecycle = lifecycle
        self._check_agent = check_agent
        self.router = APIRouter(prefix="/api/v1", tags=["conversations"])
        add = self.router.add_api_route
        failures = responses(401, 403, 404, 422)
        opening = responses(400, 401, 403, 404, 422, 503)
        add("/sessions", self.open_session, methods=["POST"], status_code=201, responses=opening)
        add("/sessions", self.list_sessions, methods=["GET"], responses=responses(401, 403, 422))
        add("/sessions/{session_id}", self.get_session, methods=["GET"], responses=failures)
        add("/sessions/{session_id}/close", self.close_session, methods=["POST"], responses=failures)
        add("/sessions/{session_id}/executions", self.list_executions, methods=["GET"], responses=failures)

    async def open_session(self, scope: Talker, body: SessionIn | None = None) -> SessionOut:
        """The contact's active session on the chat page, or a new one. Staff get a new one to try an agent out.

        A session that fell silent is followed by a new one in the same thread; after one that was closed, for another
        agent, or with `new_thread`, a new thread begins.
        """
        body = body or SessionIn()
        if body.agent_id is not None:
            await self._check_agent(scope, body.agent_id)
        contact_id, channel = scope.contact_id, WEB_CHANNEL
        if contact_id is None:
            contact_id, channel = (await self._directory.new_contact(scope.tenant_id))[0], TRY_OUT_CHANNEL
        wish = SessionWish(agent_id=body.agent_id, new_thread=body.new_thread)
        return await self._shown(scope, await self._lifecycle.open(scope, contact_id, channel, wish))

    async def list_sessions(
        self,
        scope: Reader,
        status: Annotated[SessionStatus | None, Query()] = None,
        limit: Limit = 50,
        offset: Offset = 0,
    ) -> SessionPage:
        """Sessions, newest first: a contact's own, or for staff all of the tenant."""
        async with self._store.read(scope) as db:
            page = await SessionRepository(db, scope, self._clock).sessions(status=status, limit=limit, offset=offset)
            details = await ClosingRepository(db, scope, self._clock).details(page.items)
        items = [session_out(each) for each in details]
        return SessionPage(items=items, total=page.total, limit=page.limit, offset=page.offset)

    async def get_session(self, session_id: SessionId, scope: Reader) -> SessionOut:
        """One session."""
        async with self._store.read(scope) as db:
            session = await ConversationRepository(db, scope, self._clock).session(session_id)
        return await self._shown(scope, session)

    async def close_session(self, session_id: SessionId, scope: Talker, body: CloseIn | None = None) -> SessionOut:
        """End a session and its conversation; the messages stay. The answer holds the record of what it was about.

        Closing a closed one changes nothing, except that a conversation which fell silent is now over for good.
        """
        resolution = body.resolution if body else None
        return await self._shown(scope, await self._lifecycle.close(scope, session_id, resolution=resolution))

    async def list_executions(
        self, session_id: SessionId, scope: Reader, limit: Limit = 50, offset: Offset = 0
    ) -> ExecutionPage:
        """Every run of an agent in the session, oldest first. For staff."""
        if scope.own_contact_id is not None:
            raise NotAllowed("What the agents did is for staff to see.")
        async with self._store.read(scope) as db:
            await ConversationRepository(db, scope, self._clock).session(session_id)
            closings = ClosingRepository(db, scope, self._clock)
            return execution_page(await closings.executions(session_id, limit=limit, offset=offset))

    async def _shown(self, scope: TenantScope, session: Session) -> SessionOut:
        async with self._store.read(scope) as db:
            (details,) = await ClosingRepository(db, scope, self._clock).details([session])
        return session_out(details)
