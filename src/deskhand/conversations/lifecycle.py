"""How sessions begin and end: opened, replaced, closed by somebody, or by half an hour of silence.

Above: endpoints, the socket, turns (refuse a message to a session that fell silent), `wiring.py` (the sweep each
minute). Below: SQL of sessions, the writer of closing records, the live state.
"""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from deskhand.conversations.closing import ClosingWriter
from deskhand.conversations.closing_repository import drafts
from deskhand.conversations.model import CloseReason, Session, SessionStatus
from deskhand.conversations.repository import ConversationRepository
from deskhand.conversations.session_store import TURNS, SessionStore
from deskhand.conversations.sessions import SessionRepository, idle_sessions
from deskhand.kit.background import Background
from deskhand.kit.clock import Clock
from deskhand.kit.errors import Unavailable
from deskhand.tenancy.roles import Role
from deskhand.tenancy.scope import TenantScope
from deskhand.tenancy.store import TenantStore

OPEN_TRIES = 5
RECORD_SECONDS = 2.0
"""How long whoever closes a session waits for its record."""
SWEEP_SECONDS = 60.0
SWEEP_SESSIONS = 200


class SessionsBusy(Unavailable):
    code = "sessions_busy"


@dataclass(frozen=True, kw_only=True, slots=True)
class SessionWish:
    """What kind of session is asked for. No agent means: whichever the conversation has, else the tenant's default.

    `thread_id` is a thread of the contact's that the session is to go on in, whatever the last one was on.
    """

    agent_id: str | None = None
    new_thread: bool = False
    thread_id: str | None = None


class SessionLifecycle:
    """Opens and closes sessions, and sees to it that each closed one gets its record."""

    def __init__(
        self,
        *,
        store: TenantStore,
        clock: Clock,
        live: SessionStore,
        writer: ClosingWriter,
        background: Background,
        idle: timedelta,
    ) -> None:
        self._store = store
        self._clock = clock
        self._live = live
        self._writer = writer
        self._background = background
        self._idle = idle

    async def open(self, scope: TenantScope, contact_id: str, channel: str, wish: SessionWish | None = None) -> Session:
        """The contact's active session on that channel, or a new one.

        A new one goes on in the same thread when the last one fell silent; it begins a new thread when that one was
        ended by somebody, when another agent is asked for, or when a new thread is.
        """
        for _ in range(OPEN_TRIES):
            try:
                async with self._store.write(scope) as db:
                    opened, ended = await self._open(db, scope, contact_id, channel, wish or SessionWish())
            except IntegrityError:
                continue  # somebody opened one at the same time: now it is there to be found
            if ended is not None:
                await self._ended(scope.tenant_id, ended)
            return opened
        raise SessionsBusy("Too many sessions are being opened for this contact at once: try again.")

    async def _open(
        self, db: AsyncSession, scope: TenantScope, contact_id: str, channel: str, wish: SessionWish
    ) -> tuple[Session, str | None]:
        """The session, and the id of the one that ended for it."""
        sessions = SessionRepository(db, scope, self._clock)
        last = await sessions.newest(contact_id, channel)
        ended = None
        stays = last is not None and _is_wished(last, wish)
        goes_on = stays
        if last is not None and last.status is SessionStatus.ACTIVE:
            silent = await self.is_silent(last)
            if stays and not silent:
                return last, None
            await sessions.close(last.id, CloseReason.IDLE if silent else CloseReason.REPLACED)
            ended = last.id
        elif last is not None:
            goes_on = stays and last.close_reason is CloseReason.IDLE
        thread_id = last.thread_id if last is not None and goes_on else wish.thread_id
        agent_id = last.agent_id if last is not None and goes_on else wish.agent_id
        return await sessions.create(contact_id, channel, thread_id=thread_id, agent_id=agent_id), ended

    async def close(self, scope: TenantScope, session_id: str, *, resolution: str | None = None) -> Session:
        """The session, ended by somebody; its record is there within milliseconds. A closed one stays as it is.

        Raises:
            UnknownSession: when there is none, or it is somebody else's.
        """
        async with self._store.write(scope) as db:
            conversations = ConversationRepository(db, scope, self._clock)
            session = await conversations.session(session_id)
            sessions = SessionRepository(db, scope, self._clock)
            closed = await sessions.close(session.id, CloseReason.EXPLICIT, resolution=resolution)
            if not closed:
                await sessions.end_for_good(session.id)
            session = await conversations.session(session_id)
        if closed:
            await self._ended(scope.tenant_id, session.id, wait=RECORD_SECONDS)
        return session

    async def is_silent(self, session: Session) -> bool:
        """Whether an active session has had nothing said in it for too long."""
        before = self._silent_before()
        return session.last_activity_at < before and not await self._is_lively(session.id, before)

    async def close_if_silent(self, scope: TenantScope, session: Session) -> bool:
        """Whether the session had fallen silent, and is closed now."""
        if session.status is not SessionStatus.ACTIVE or not await self.is_silent(session):
            return False
        async with self._store.write(scope) as db:
            closed = await SessionRepository(db, scope, self._clock).close(
                session.id, CloseReason.IDLE, idle_before=self._silent_before()
            )
        if closed:
            await self._ended(scope.tenant_id, session.id)
        return closed

    async def sweep(self) -> int:
        """Close every session that has fallen silent, of all tenants; how many there were."""
        before, after_id, closed = self._silent_before(), "", 0
        while True:
            async with self._store.across_tenants() as db:
                found = await idle_sessions(db, before=before, after_id=after_id, limit=SWEEP_SESSIONS)
            for tenant_id, session_id in found:
                closed += await self._close_silent(tenant_id, session_id, before)
            if len(found) < SWEEP_SESSIONS:
                return closed
            after_id = found[-1][1]

    async def finish_records(self) -> int:
        """Write, beside everything else, the records that a crash left unwritten; how many there are."""
        async with self._store.across_tenants() as db:
            unwritten = await drafts(db)
        if unwritten:
            self._background.start("closing_records", self._write_all(unwritten))
        return len(unwritten)

    async def _close_silent(self, tenant_id: str, session_id: str, before: datetime) -> bool:
        if await self._is_lively(session_id, before):
            return False
        scope = TenantScope(tenant_id=tenant_id, role=Role.OWNER)
        async with self._store.write(scope) as db:
            closed = await SessionRepository(db, scope, self._clock).close(
                session_id, CloseReason.IDLE, idle_before=before
            )
        if closed:
            await self._live.delete(session_id)
            await self._background.start("closing_record", self._record(tenant_id, session_id))
        return closed

    async def _is_lively(self, session_id: str, since: datetime) -> bool:
        """Whether a turn is under way, or something has happened that the database does not know of."""
        state = await self._live.get(session_id)
        return state is not None and (state.counters.get(TURNS, 0) > 0 or state.last_activity_at >= since)

    def _silent_before(self) -> datetime:
        return self._clock.now() - self._idle

    async def _ended(self, tenant_id: str, session_id: str, *, wait: float = 0.0) -> None:
        await self._live.delete(session_id)
        writing = self._background.start("closing_record", self._record(tenant_id, session_id))
        if wait:
            await asyncio.wait({writing}, timeout=wait)

    async def _write_all(self, unwritten: tuple[tuple[str, str], ...]) -> None:
        for tenant_id, session_id in unwritten:
            await self._background.start("closing_record", self._record(tenant_id, session_id))

    async def _record(self, tenant_id: str, session_id: str) -> None:
        async with self._live.lease(session_id):  # the turn that is under way belongs into the record
            await self._live.delete(session_id)
            is_draft = await self._writer.write(tenant_id, session_id)
        if is_draft:
            self._background.start("closing_summary", self._writer.improve(tenant_id, session_id))


def _is_wished(last: Session, wish: SessionWish) -> bool:
    """Whether the contact's last session is of the kind that is asked for."""
    same_thread = not wish.new_thread and wish.thread_id in {None, last.thread_id}
    return same_thread and wish.agent_id in {None, last.agent_id}
