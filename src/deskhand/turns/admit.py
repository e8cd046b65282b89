"""Admit: check the message, the session, the key and the rate; store the message before anything can fail."""

import math
from dataclasses import replace

from limits import RateLimitItemPerSecond
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import MovingWindowRateLimiter
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from deskhand.agents.runtime import AgentRuntime
from deskhand.attachments.shelf import AttachmentShelf
from deskhand.conversations.lifecycle import SessionLifecycle
from deskhand.conversations.model import Session, SessionClosed, SessionStatus, TurnStatus
from deskhand.conversations.repository import ConversationRepository
from deskhand.conversations.turn_repository import TurnRepository
from deskhand.kit.clock import Clock
from deskhand.kit.errors import InvalidValue, KeyReused, TooManyRequests
from deskhand.settings import RateLimit
from deskhand.tenancy.scope import TenantScope
from deskhand.tenancy.store import TenantStore
from deskhand.turns.state import Accepted, Admission, Repeated, TurnRequest

MAX_KEY_CHARS = 200


class MessageRefused(InvalidValue):
    code = "message_refused"
    title = "The message cannot be taken"


class SessionSilent(SessionClosed):
    """Nothing was said in it for too long."""

    def __init__(self, session: Session) -> None:
        super().__init__(
            f"The session {session.id!r} has fallen silent and is closed: open a new one with POST /api/v1/sessions; "
            "it goes on in the same conversation."
        )
        self.session = session


class _AgentNotAtHand(Exception):
    """Who answers is still to be loaded."""

    def __init__(self, agent_id: str | None) -> None:
        super().__init__()
        self.agent_id = agent_id


class Admitter:
    """Decides whether a message becomes a turn."""

    def __init__(
        self,
        store: TenantStore,
        clock: Clock,
        runtime: AgentRuntime,
        sessions: SessionLifecycle,
        *,
        shelf: AttachmentShelf,
        max_chars: int,
        rate: RateLimit,
    ) -> None:
        self._store = store
        self._sessions = sessions
        self._shelf = shelf
        self._runtime = runtime
        self._clock = clock
        self._max_chars = max_chars
        self._rate = RateLimitItemPerSecond(rate.requests, rate.window_seconds)
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    async def admit(self, request: TurnRequest) -> Admission:
        """The stored turn, or the answer this key had before.

        Raises:
            MessageRefused: empty, too long, or not text.
            UnknownSession, SessionClosed: the session takes no message.
            UnknownAgent, AgentNotActive: nobody would answer.
            KeyReused: the key began a turn with another message.
            UnknownAttachment, TooManyAtOnce: it names attachments that it cannot have.
            TooManyRequests: the contact sends too fast.
        """
        text = self._checked_text(request.text)
        _check_key(request.idempotency_key)
        await self._shelf.check(request.scope, request.session_id, request.attachments)
        await self._check_rate(request.scope)
        try:
            return await self._store_turn(request, text)
        except IntegrityError:
            # The same key came twice at once, and the other one was first: now its turn is there to be found.
            return await self._store_turn(request, text)
        except SessionSilent as silent:
            await self._sessions.close_if_silent(request.scope, silent.session)
            raise

    async def looked_at_again(self, accepted: Accepted) -> Accepted:
        """The turn with its session as it is by now."""
        async with self._store.read(accepted.scope) as db:
            session = await ConversationRepository(db, accepted.scope, self._clock).session(accepted.session.id)
        return replace(accepted, session=session)

    async def _store_turn(self, request: TurnRequest, text: str) -> Admission:
        while True:
            try:
                async with self._store.write(request.scope) as db:
                    return await self._admit(db, request, text)
            except _AgentNotAtHand as missing:
                # Loaded only now that the transaction is over: it takes a connection of its own.
                await self._runtime.agent_for(request.scope, missing.agent_id)

    async def _admit(self, db: AsyncSession, request: TurnRequest, text: str) -> Admission:
        turns = TurnRepository(db, request.scope, self._clock)
        session = await ConversationRepository(db, request.scope, self._clock).session(request.session_id)
        turn = None
        if request.idempotency_key is not None:
            turn = await turns.find(session.id, request.idempotency_key)
        if turn is None:
            await self._check_open(request.scope, session)
            turn = await turns.accept(session, text, request.idempotency_key, request.attachments)
        elif turn.text != text:
            raise KeyReused(
                f"The idempotency key {request.idempotency_key!r} was used for another message in this session: "
                "make a new key for each message."
            )
        elif turn.status is TurnStatus.COMPLETED and turn.answer is not None:
            return Repeated(turn=turn, answer=turn.answer)
        elif turn.status is TurnStatus.FAILED:
            await self._check_open(request.scope, session)
            await turns.reopen(turn.id)
        return Accepted(scope=request.scope, session=session, turn=turn, knowledge_bases=request.knowledge_bases)

    async def _check_open(self, scope: TenantScope, session: Session) -> None:
        """That the session takes messages, and somebody would answer."""
        if session.status is SessionStatus.CLOSED:
            raise SessionClosed(f"The session {session.id!r} is closed: open a new one with POST /api/v1/sessions.")
        if await self._sessions.is_silent(session):
            raise SessionSilent(session)
        if not self._runtime.has_at_hand(scope, session.agent_id):
            raise _AgentNotAtHand(session.agent_id)

    def _checked_text(self, text: str) -> str:
        if "\x00" in text or not _is_unicode(text):
            raise MessageRefused("The message is not text: it holds a NUL or a lone surrogate. Send plain text.")
        if not text.strip():
            raise MessageRefused("The message is empty: write something first.")
        if len(text) > self._max_chars:
            raise MessageRefused(
                f"The message has {len(text):,} characters; at most {self._max_chars:,} are allowed: "
                "shorten it, or send the text as a file."
            )
        return text.strip()

    async def _check_rate(self, scope: TenantScope) -> None:
        if scope.contact_id is None:
            return  # the limit holds the public off; staff try their agents out and measure them
        who = (scope.tenant_id, scope.contact_id)
        if not await self._limiter.hit(self._rate, *who):
            window = await self._limiter.get_window_stats(self._rate, *who)
            wait = max(1, math.ceil(window.reset_time - self._clock.now().timestamp()))
            raise TooManyRequests(
                f"More than {self._rate.amount} messages in {self._rate.get_expiry()} s: try again in {wait} s.",
                retry_after=wait,
            )


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _check_key(key: str | None) -> None:
    if key is not None and not (key.strip() and len(key) <= MAX_KEY_CHARS and key.isprintable()):
        raise MessageRefused(
            f"The idempotency key {key[:40]!r} is not valid: use 1 to {MAX_KEY_CHARS} printable characters."
        )
