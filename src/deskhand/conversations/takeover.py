"""Who of the staff has taken a session over. While somebody has, no agent answers; what the owner writes reaches the
customer as it happens.

Above: the endpoints; the turn, which reads `Session.human_owner` of the session it admits into. Below: the repository.
Tickets and live events are ports: other floors fill them.
"""

from dataclasses import dataclass
from typing import Protocol, TypeAlias

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from deskhand.conversations.model import (
    Message,
    MessageRole,
    Session,
    SessionClosed,
    SessionStatus,
    ThreadStatus,
)
from deskhand.conversations.repository import ConversationRepository
from deskhand.conversations.tables import ChatSession, Thread
from deskhand.kit.clock import Clock
from deskhand.kit.errors import Conflict
from deskhand.tenancy.scope import NobodyActs, TenantScope
from deskhand.tenancy.store import TenantStore
from deskhand.tenancy.tables import User

STAFF = "Support"
"""What a member of staff without a name is called towards the customer: an address is not for them."""


class OwnedByAnother(Conflict):
    code = "owned_by_another"


class NotTakenOver(Conflict):
    code = "not_taken_over"


@dataclass(frozen=True, kw_only=True, slots=True)
class OperatorSaid:
    """A member of staff has written to the customer."""

    message: Message
    name: str


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnerChanged:
    """Who of the staff has the session, by the name that its customer sees; None: an agent answers again."""

    name: str | None


TakeoverEvent: TypeAlias = OperatorSaid | OwnerChanged


class TellSession(Protocol):
    """Hands an event to whoever listens to the session."""

    def __call__(self, session_id: str, event: TakeoverEvent) -> object: ...


class TicketsOfSessions(Protocol):
    """The session's ticket follows what happens to the session, in the same transaction."""

    async def taken_over(self, db: AsyncSession, scope: TenantScope, session_id: str) -> None: ...

    async def responded(self, db: AsyncSession, scope: TenantScope, session_id: str) -> None: ...

    async def handed_back(self, db: AsyncSession, scope: TenantScope, session_id: str, resolution: str) -> None: ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Owner:
    """Who has a session. `name` is what its customer sees."""

    session_id: str
    user_id: str | None
    email: str | None = None
    name: str | None = None


class Ownership:
    """Takes sessions over and hands them back."""

    def __init__(self, *, store: TenantStore, clock: Clock, tickets: TicketsOfSessions, tell: TellSession) -> None:
        self._store = store
        self._clock = clock
        self._tickets = tickets
        self._tell = tell

    async def owner_of(self, scope: TenantScope, session_id: str) -> Owner:
        """Who has the session; nobody (`user_id` None) when an agent answers.

        Raises:
            UnknownSession: when there is none.
        """
        async with self._store.read(scope) as db:
            session = await ConversationRepository(db, scope, self._clock).session(session_id)
            return await _owner(db, session)

    async def take_over(self, scope: TenantScope, session_id: str, *, force: bool = False) -> Owner:
        """The session is the acting user's from now on, and its open ticket too. Taking it twice changes nothing.

        Raises:
            UnknownSession: when there is none.
            SessionClosed: when it has ended.
            OwnedByAnother: when a colleague has it, unless `force` is set.
        """
        user_id = _acting(scope)
        async with self._store.write(scope) as db:
            conversations = ConversationRepository(db, scope, self._clock)
            before = await conversations.session(session_id)
            if not await self._claim(db, session_id, user_id, force=force):
                raise await _refusal(db, await conversations.session(session_id))
            await self._tickets.taken_over(db, scope, session_id)
            await _set_status(db, before.thread_id, ThreadStatus.HUMAN_REQUESTED)
            owner = await _owner(db, await conversations.session(session_id))
        if before.human_owner != user_id:
            self._tell(session_id, OwnerChanged(name=owner.name))
        return owner

    async def hand_back(self, scope: TenantScope, session_id: str, *, resolution: str | None = None) -> Owner:
        """An agent answers again. With a resolution the session's ticket is resolved, else it stays with its owner.

        Handing back what nobody has changes nothing.

        Raises:
            UnknownSession: when there is none.
            OwnedByAnother: when a colleague has it: take it over first.
        """
        user_id = _acting(scope)
        async with self._store.write(scope) as db:
            conversations = ConversationRepository(db, scope, self._clock)
            before = await conversations.session(session_id)
            if before.human_owner is None:
                return await _owner(db, before)
            freed = ChatSession.human_owner == user_id
            if not await _set_owner(db, session_id, None, freed):
                raise await _refusal(db, await conversations.session(session_id))
            if resolution is not None:
                await self._tickets.handed_back(db, scope, session_id, resolution)
            await _set_status(db, before.thread_id, ThreadStatus.OPEN)
        self._tell(session_id, OwnerChanged(name=None))
        return Owner(session_id=session_id, user_id=None)

    async def say(self, scope: TenantScope, session_id: str, text: str) -> Message:
        """Write to the customer as the session's owner; stored first, then told.

        Raises:
            UnknownSession: when there is none.
            SessionClosed: when it has ended.
            NotTakenOver, OwnedByAnother: when it is not the acting user's.
        """
        user_id = _acting(scope)
        async with self._store.write(scope) as db:
            conversations = ConversationRepository(db, scope, self._clock)
            # Locks the session, so that nobody takes it over between the look and the message.
            if not await _set_owner(db, session_id, user_id, ChatSession.human_owner == user_id):
                raise await _refusal(db, await conversations.session(session_id))
            session = await conversations.session(session_id)
            owner = await _owner(db, session)
            name = owner.name or STAFF
            message = await conversations.add_message(
                session,
                turn_id=None,
                role=MessageRole.OPERATOR,
                content=text,
                details={"operator_id": user_id, "operator_name": name},
            )
            await self._tickets.responded(db, scope, session_id)
        self._tell(session_id, OperatorSaid(message=message, name=name))
        return message

    async def _claim(self, db: AsyncSession, session_id: str, user_id: str, *, force: bool) -> bool:
        if force:
            return await _set_owner(db, session_id, user_id)
        free = ChatSession.human_owner.is_(None) | (ChatSession.human_owner == user_id)
        return await _set_owner(db, session_id, user_id, free)


async def _set_owner(db: AsyncSession, session_id: str, user_id: str | None, *conditions: object) -> bool:
    """Whether the session is open, and the conditions held, and so it took the owner."""
    statement = (
        update(ChatSession)
        .where(ChatSession.id == session_id, ChatSession.status == SessionStatus.ACTIVE, *conditions)  # type: ignore[arg-type]  # SQL's own
        .values(human_owner=user_id)
        .returning(ChatSession.id)
    )
    changed = await db.execute(statement, execution_options={"synchronize_session": "fetch"})
    return changed.first() is not None


async def _set_status(db: AsyncSession, thread_id: str, status: ThreadStatus) -> None:
    statement = update(Thread).where(Thread.id == thread_id, Thread.status != ThreadStatus.CLOSED)
    await db.execute(statement.values(status=status), execution_options={"synchronize_session": False})


async def _owner(db: AsyncSession, session: Session) -> Owner:
    if session.human_owner is None:
        return Owner(session_id=session.id, user_id=None)
    found = (await db.execute(select(User.email, User.name).where(User.id == session.human_owner))).first()
    email, name = (found.email, found.name) if found is not None else (None, "")
    return Owner(session_id=session.id, user_id=session.human_owner, email=email, name=name or STAFF)


async def _refusal(db: AsyncSession, session: Session) -> Conflict:
    """Why the session did not take what was asked."""
    if session.status is SessionStatus.CLOSED:
        return SessionClosed(f"The session {session.id!r} is closed: its customer begins a new one with a message.")
    if session.human_owner is None:
        return NotTakenOver(f"Nobody has taken the session {session.id!r} over: do that first, with /take-over.")
    owner = await _owner(db, session)
    who = owner.email or owner.user_id
    return OwnedByAnother(f"{who!r} has the session {session.id!r}: ask them, or take it over with force.")


def _acting(scope: TenantScope) -> str:
    if scope.user_id is None:
        raise NobodyActs("A conversation is taken over in a person's name: sign in as a member of staff.")
    return scope.user_id
