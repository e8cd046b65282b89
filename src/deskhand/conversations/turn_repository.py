"""SQL of turns: accepted once, finished once, found again by their idempotency key."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from deskhand.conversations.model import MessageRole, Session, Turn, TurnStatus
from deskhand.conversations.repository import ConversationRepository
from deskhand.conversations.tables import ChatSession, MessageRow, TurnRow
from deskhand.kit.clock import Clock
from deskhand.kit.ids import new_id
from deskhand.tenancy.scope import TenantScope

ATTACHMENTS = "attachments"
"""Under this name a customer's message notes the ids of what was sent with it."""

# Made once, since it runs with every turn.
_CHANGED = (
    update(TurnRow)
    .where(TurnRow.id == bindparam("of_id"), TurnRow.status != TurnStatus.COMPLETED)
    .values(
        status=bindparam("now"),
        answer=bindparam("given"),
        error=bindparam("failure"),
        finished_at=bindparam("moment"),
    )
    .returning(TurnRow.id)
)


class TurnRepository:
    """Turns of one scope, inside the caller's transaction."""

    def __init__(self, db: AsyncSession, scope: TenantScope, clock: Clock) -> None:
        self._db = db
        self._scope = scope
        self._clock = clock

    async def find(self, session_id: str, idempotency_key: str) -> Turn | None:
        """The turn that this key began in this session."""
        row = await self._db.scalar(
            select(TurnRow).where(TurnRow.session_id == session_id, TurnRow.idempotency_key == idempotency_key)
        )
        return None if row is None else await self._turn(row)

    async def accept(
        self, session: Session, text: str, idempotency_key: str | None, attachment_ids: Sequence[str] = ()
    ) -> Turn:
        """A new turn with the customer's message stored."""
        turn_id = new_id("trn")
        values = {
            "id": turn_id,
            "tenant_id": self._scope.tenant_id,
            "session_id": session.id,
            "idempotency_key": idempotency_key,
            "status": TurnStatus.ACCEPTED,
            "created_at": self._clock.now(),
        }
        await self._db.execute(insert(TurnRow), [values])
        message = await ConversationRepository(self._db, self._scope, self._clock).add_message(
            session,
            turn_id=turn_id,
            role=MessageRole.CUSTOMER,
            content=text,
            details={ATTACHMENTS: list(attachment_ids)} if attachment_ids else None,
        )
        return Turn(
            id=turn_id,
            tenant_id=self._scope.tenant_id,
            session_id=session.id,
            thread_id=session.thread_id,
            contact_id=session.contact_id,
            status=TurnStatus.ACCEPTED,
            idempotency_key=idempotency_key,
            message_id=message.id,
            text=text,
            answer=None,
            error=None,
            attachment_ids=tuple(attachment_ids),
        )

    async def reopen(self, turn_id: str) -> None:
        """A failed turn is tried again: its message stands, its error is forgotten."""
        await self._change(turn_id, TurnStatus.ACCEPTED)

    async def complete(self, turn_id: str, answer: dict[str, Any]) -> bool:
        """Keep the answer. False, and nothing kept, when the turn was completed before."""
        return await self._change(turn_id, TurnStatus.COMPLETED, answer=answer, finished_at=self._clock.now())

    async def fail(self, turn_id: str, error: dict[str, Any]) -> None:
        """Keep the reason why there is no answer, unless there is one."""
        await self._change(turn_id, TurnStatus.FAILED, error=error, finished_at=self._clock.now())

    async def _change(
        self,
        turn_id: str,
        status: TurnStatus,
        *,
        answer: dict[str, Any] | None = None,
        error: dict[str, Any] | None = None,
        finished_at: datetime | None = None,
    ) -> bool:
        """Whether the turn was not completed, and so took the change."""
        values = {"of_id": turn_id, "now": status, "given": answer, "failure": error, "moment": finished_at}
        changed = await self._db.execute(_CHANGED, values, execution_options={"synchronize_session": False})
        return changed.first() is not None

    async def _turn(self, row: TurnRow) -> Turn:
        found = await self._db.execute(
            select(ChatSession.thread_id, ChatSession.contact_id, MessageRow)
            .join(ChatSession, ChatSession.id == MessageRow.session_id)
            .where(MessageRow.turn_id == row.id, MessageRow.role == MessageRole.CUSTOMER)
        )
        return _turn(row, *found.one())


async def unfinished_turns(db: AsyncSession) -> tuple[Turn, ...]:
    """Turns of every tenant that a crash interrupted; for the sweep at start, which gives each its own scope."""
    found = await db.execute(
        select(TurnRow, ChatSession.thread_id, ChatSession.contact_id, MessageRow)
        .join(ChatSession, ChatSession.id == TurnRow.session_id)
        .join(MessageRow, MessageRow.turn_id == TurnRow.id)
        .where(TurnRow.status == TurnStatus.ACCEPTED, MessageRow.role == MessageRole.CUSTOMER)
        .order_by(TurnRow.id)
    )
    return tuple(_turn(*columns) for columns in found)


def _turn(row: TurnRow, thread_id: str, contact_id: str, message: MessageRow) -> Turn:
    return Turn(
        id=row.id,
        tenant_id=row.tenant_id,
        session_id=row.session_id,
        thread_id=thread_id,
        contact_id=contact_id,
        status=TurnStatus(row.status),
        idempotency_key=row.idempotency_key,
        message_id=message.id,
        text=message.content,
        answer=row.answer,
        error=row.error,
        attachment_ids=tuple(message.details.get(ATTACHMENTS, ())),
    )
