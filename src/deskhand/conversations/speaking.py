"""Messages of the agent outside of a turn: what was decided, done or due while nobody was asking.

Above: whoever has something to tell a customer, through a port of its own; `wiring.py`, which hands the live events on.
Below: the repository. The message is stored in the caller's transaction, and told after its commit: should the process
end in between, it stands in the history.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from cachetools import LRUCache
from sqlalchemy.ext.asyncio import AsyncSession

from deskhand.conversations.model import (
    Citation,
    Message,
    MessageRole,
    Session,
    SessionStatus,
    UnknownSession,
    UnknownThread,
)
from deskhand.conversations.repository import ConversationRepository, own_sessions, session_of
from deskhand.conversations.tables import ChatSession
from deskhand.kit.clock import Clock
from deskhand.kit.errors import InvalidValue
from deskhand.tenancy.scope import TenantScope

KIND = "agent_message"
"""What such a message is, in its details."""
MAX_CHARS = 20_000
KEPT_UNTOLD = 10_000


class CannotBeSaid(InvalidValue):
    code = "cannot_be_said"
    title = "The message cannot be sent"


class TellAgentSaid(Protocol):
    """Hands a message to whoever listens to the session."""

    def __call__(self, session_id: str, message: Message) -> object: ...


class AgentSpeaker:
    """Writes to a customer in the agent's name."""

    def __init__(self, *, clock: Clock, tell: TellAgentSaid) -> None:
        self._clock = clock
        self._tell = tell
        self._untold: LRUCache[tuple[str, str], Message] = LRUCache(maxsize=KEPT_UNTOLD)

    async def say(
        self,
        db: AsyncSession,
        scope: TenantScope,
        *,
        session_id: str | None,
        thread_id: str,
        text: str,
        details: Mapping[str, Any] | None = None,
        media: Sequence[Mapping[str, Any]] = (),
        citations: Sequence[Citation] = (),
    ) -> str:
        """The id of the message, stored in the caller's transaction.

        It goes to that session while it is open, else to one that is open on the thread, else it waits in the history.
        `media` are `{kind, url | attachment_id, caption}`.

        Raises:
            UnknownThread, UnknownSession: when there is none, or the session is on another thread.
            CannotBeSaid: when there is nothing to say, or too much.
        """
        said = _checked(text, media)
        session = await self._session(db, scope, session_id, thread_id)
        noted = {"answered": True, "kind": KIND, **(details or {})}
        if media:
            noted["media"] = [dict(each) for each in media]
        conversations = ConversationRepository(db, scope, self._clock)
        message = await conversations.add_message(
            session, turn_id=None, role=MessageRole.AGENT, content=said, details=noted, citations=citations
        )
        self._untold[scope.tenant_id, message.id] = message
        return message.id

    def announce(self, scope: TenantScope, message_id: str) -> None:
        """Tell of the message, once; to be called when the transaction is committed."""
        message = self._untold.pop((scope.tenant_id, message_id), None)
        if message is not None:
            self._tell(message.session_id, message)

    async def _session(self, db: AsyncSession, scope: TenantScope, session_id: str | None, thread_id: str) -> Session:
        """Where the customer will see it."""
        of_thread = own_sessions(scope).where(ChatSession.thread_id == thread_id)
        if session_id is not None:
            named = await db.scalar(of_thread.where(ChatSession.id == session_id))
            if named is None:
                raise UnknownSession(f"There is no session {session_id!r} on the thread {thread_id!r}.")
            if named.status == SessionStatus.ACTIVE:
                return session_of(named)
        open_first = (ChatSession.status == SessionStatus.ACTIVE).desc()
        newest = await db.scalar(of_thread.order_by(open_first, ChatSession.id.desc()).limit(1))
        if newest is None:
            raise UnknownThread(f"There is no thread {thread_id!r}: list them with GET /api/v1/threads.")
        return session_of(newest)


def _checked(text: str, media: Sequence[Mapping[str, Any]]) -> str:
    if "\x00" in text:
        raise CannotBeSaid("The message is not text: it holds a NUL. Send plain text.")
    if not text.strip() and not media:
        raise CannotBeSaid("The message is empty: write something, or send something along.")
    if len(text) > MAX_CHARS:
        raise CannotBeSaid(f"The message has {len(text):,} characters; at most {MAX_CHARS:,} are allowed: shorten it.")
    return text.strip()
