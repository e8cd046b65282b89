"""SQL of the outbox: notices are written with what they tell of, claimed by one sender at a time, and sent afterwards.

Above: the desk writes, the sender sends. Below: tables.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from deskhand.escalation.model import EventKind, Notice, NoticeStatus
from deskhand.escalation.tables import NoticeRow
from deskhand.kit.clock import Clock
from deskhand.kit.ids import new_id
from deskhand.tenancy.scope import TenantScope

DUE_AT_ONCE = 200


class NoticeRepository:
    """Notices of one scope, inside the caller's transaction."""

    def __init__(self, db: AsyncSession, scope: TenantScope, clock: Clock) -> None:
        self._db = db
        self._scope = scope
        self._clock = clock

    async def add(self, ticket_id: str, channels: Sequence[str], kind: EventKind) -> None:
        """A notice for each channel, to be sent as soon as the transaction is over."""
        now = self._clock.now()
        rows = [
            {
                "id": new_id("ntc"),
                "tenant_id": self._scope.tenant_id,
                "ticket_id": ticket_id,
                "channel": channel,
                "kind": kind,
                "status": NoticeStatus.WAITING,
                "attempts": 0,
                "next_at": now,
                "created_at": now,
            }
            for channel in dict.fromkeys(channels)
        ]
        if rows:
            await self._db.execute(insert(NoticeRow), rows)

    async def of_ticket(self, ticket_id: str) -> tuple[Notice, ...]:
        """Its notices, oldest first."""
        rows = await self._db.scalars(select(NoticeRow).where(NoticeRow.ticket_id == ticket_id).order_by(NoticeRow.id))
        return tuple(map(notice_of, rows))

    async def claim(self, notice: Notice, *, until: datetime) -> bool:
        """Whether the notice is the caller's to send; if nothing is heard of it until then, it is sent again."""
        condition = (NoticeRow.status == NoticeStatus.WAITING, NoticeRow.attempts == notice.attempts)
        return await self._change(notice, *condition, attempts=notice.attempts + 1, next_at=until)

    async def sent(self, notice: Notice) -> None:
        await self._change(notice, status=NoticeStatus.SENT, sent_at=self._clock.now(), last_error=None)

    async def put_off(self, notice: Notice, error: str, *, wait: timedelta) -> None:
        """It is tried again after the wait."""
        await self._change(notice, last_error=error, next_at=self._clock.now() + wait)

    async def give_up(self, notice: Notice, error: str) -> None:
        await self._change(notice, status=NoticeStatus.FAILED, last_error=error)

    async def _change(self, notice: Notice, *conditions: Any, **values: Any) -> bool:
        statement = update(NoticeRow).where(NoticeRow.id == notice.id, *conditions).values(**values)
        changed = await self._db.execute(
            statement.returning(NoticeRow.id), execution_options={"synchronize_session": False}
        )
        return changed.first() is not None


async def due_notices(db: AsyncSession, now: datetime) -> tuple[Notice, ...]:
    """What is to be sent by now, of every tenant, the longest waiting first; for a session across tenants."""
    rows = await db.scalars(
        select(NoticeRow)
        .where(NoticeRow.status == NoticeStatus.WAITING, NoticeRow.next_at <= now)
        .order_by(NoticeRow.next_at, NoticeRow.id)
        .limit(DUE_AT_ONCE)
    )
    return tuple(map(notice_of, rows))


def notice_of(row: NoticeRow) -> Notice:
    return Notice(
        id=row.id,
        tenant_id=row.tenant_id,
        ticket_id=row.ticket_id,
        channel=row.channel,
        kind=EventKind(row.kind),
        status=NoticeStatus(row.status),
        attempts=row.attempts,
        next_at=row.next_at,
        last_error=row.last_error,
        sent_at=row.sent_at,
    )
