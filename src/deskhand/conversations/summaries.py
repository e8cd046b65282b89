"""The rolling summary of a long thread: what an agent is not given any more, told shorter. Kept up beside the turns.

Above: turns, which read it and say when a thread has outgrown its window. Below: the summariser, SQL. It reads a
bounded number of messages at a time, never the whole thread.
"""

from dataclasses import dataclass

from sqlalchemy import bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from deskhand.conversations.context import select_context
from deskhand.conversations.model import Message, MessageRole
from deskhand.conversations.repository import ConversationRepository
from deskhand.conversations.summarising import ConversationSummariser
from deskhand.conversations.tables import MessageRow, Thread
from deskhand.conversations.transcript import line_of
from deskhand.kit.background import Background
from deskhand.kit.clock import Clock
from deskhand.tenancy.scope import TenantScope
from deskhand.tenancy.store import TenantStore

AT_ONCE = 50
"""Messages that are summed up at a time."""
ROUNDS = 4
"""How often at most after one turn: a thread that is far behind catches up over the next turns."""

_OPENING = (
    select(
        Thread.context_summary,
        Thread.summarised_through,
        MessageRow.id,
        MessageRow.session_id,
        MessageRow.turn_id,
        MessageRow.role,
        MessageRow.content,
        MessageRow.created_at,
    )
    .join(MessageRow, MessageRow.thread_id == Thread.id)
    .where(Thread.id == bindparam("of_thread"))
    .order_by(MessageRow.id)
    .limit(1)
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Opening:
    """How a thread begins: its first message, and the summary of what follows it, through a message."""

    first: Message
    summary: str
    through: str | None


class SummaryRepository:
    """Summaries of one scope, inside the caller's transaction."""

    def __init__(self, db: AsyncSession, scope: TenantScope, clock: Clock) -> None:
        self._db = db
        self._scope = scope
        self._clock = clock

    async def opening(self, thread_id: str) -> Opening | None:
        """The beginning of the thread; None of an empty one."""
        row = (await self._db.execute(_OPENING, {"of_thread": thread_id})).first()
        if row is None:
            return None
        first = Message(
            id=row.id,
            thread_id=thread_id,
            session_id=row.session_id,
            turn_id=row.turn_id,
            role=MessageRole(row.role),
            content=row.content,
            created_at=row.created_at,
        )
        return Opening(first=first, summary=row.context_summary, through=row.summarised_through)

    async def stretch(self, thread_id: str, *, after: str | None, through: str) -> tuple[Message, ...]:
        """The next messages after one, at most AT_ONCE, and none beyond `through`; oldest first."""
        wanted = select(MessageRow).where(MessageRow.thread_id == thread_id, MessageRow.id <= through)
        wanted = wanted if after is None else wanted.where(MessageRow.id > after)
        rows = (await self._db.scalars(wanted.order_by(MessageRow.id).limit(AT_ONCE))).all()
        return await ConversationRepository(self._db, self._scope, self._clock).with_citations(rows)

    async def keep(self, thread_id: str, *, summary: str, before: str | None, through: str) -> bool:
        """Whether the summary was kept: not, when another has gone beyond `before` meanwhile."""
        unchanged = Thread.summarised_through.is_(None) if before is None else Thread.summarised_through == before
        kept = await self._db.execute(
            update(Thread)
            .where(Thread.id == thread_id, unchanged)
            .values(context_summary=summary, summarised_through=through)
            .returning(Thread.id),
            execution_options={"synchronize_session": False},
        )
        return kept.first() is not None


class ThreadSummaries:
    """Keeps the summaries of long threads ahead of what turns leave out."""

    def __init__(
        self, *, store: TenantStore, clock: Clock, summariser: ConversationSummariser, background: Background
    ) -> None:
        self._store = store
        self._clock = clock
        self._summariser = summariser
        self._background = background
        self._under_way: set[str] = set()

    def keep_up(self, scope: TenantScope, thread_id: str, *, limit: int, tokens: int) -> None:
        """Sum up, beside everything else, what the next turn may leave out of a window of that size."""
        if thread_id not in self._under_way:
            self._under_way.add(thread_id)
            self._background.start("thread_summary", self._keep_up(scope, thread_id, limit, tokens))

    async def _keep_up(self, scope: TenantScope, thread_id: str, limit: int, tokens: int) -> None:
        try:
            for _ in range(ROUNDS):
                if not await self._go_on(scope, thread_id, limit, tokens):
                    return
        finally:
            self._under_way.discard(thread_id)

    async def _go_on(self, scope: TenantScope, thread_id: str, limit: int, tokens: int) -> bool:
        """Whether a stretch was summed up, so that there may be another."""
        async with self._store.read(scope) as db:
            summaries = SummaryRepository(db, scope, self._clock)
            opening = await summaries.opening(thread_id)
            newest = await ConversationRepository(db, scope, self._clock).recent_messages(thread_id, limit=limit + 1)
            through = None if opening is None else _due(opening, newest, limit, tokens)
            if opening is None or through is None:
                return False
            stretch = await summaries.stretch(thread_id, after=opening.through, through=through)
        if not stretch:
            return False
        summary = await self._summariser.condense(opening.summary, [line_of(message) for message in stretch])
        async with self._store.write(scope) as db:
            return await SummaryRepository(db, scope, self._clock).keep(
                thread_id, summary=summary, before=opening.through, through=stretch[-1].id
            )


def _due(opening: Opening, newest: tuple[Message, ...], limit: int, tokens: int) -> str | None:
    """Through which message the summary should go; None when it goes far enough.

    Once it is due it goes on to the middle of the window, so that it is not due again after each turn.
    """
    first = None if newest and newest[0].id <= opening.first.id else opening.first
    trimmed = select_context(newest, first, limit=limit, tokens=tokens).trimmed_through
    if trimmed is None or (opening.through is not None and opening.through >= trimmed):
        return None
    return max(trimmed, newest[len(newest) // 2].id)
