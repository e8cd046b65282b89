"""Watches the times of open tickets: what falls due is marked once, noted in its history, and told to its channels.

Above: the house runs the sweep now and then. Below: the repositories.
"""

from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncSession

from deskhand.escalation.desk import Sweeper
from deskhand.escalation.model import OPEN, EventKind
from deskhand.escalation.notices import NoticeRepository
from deskhand.escalation.repository import TicketRepository
from deskhand.escalation.tables import TicketRow
from deskhand.kit.clock import Clock
from deskhand.tenancy.roles import Role
from deskhand.tenancy.scope import TenantScope
from deskhand.tenancy.store import TenantStore

log = structlog.get_logger(__name__)

OVERDUE_SWEEP_SECONDS = 30.0
TICKETS_AT_ONCE = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class _Late:
    """A ticket that has let one of its times pass."""

    tenant_id: str
    ticket_id: str
    channels: tuple[str, ...]


class OverdueWatch:
    """Of several processes one marks each ticket."""

    def __init__(self, *, store: TenantStore, clock: Clock, sender: Sweeper) -> None:
        self._store = store
        self._clock = clock
        self._sender = sender

    async def sweep(self) -> int:
        """Mark what has fallen due, of every tenant, and send the notices of it; how many times were let pass."""
        now, marked = self._clock.now(), 0
        for kind in (EventKind.RESPONSE_OVERDUE, EventKind.RESOLUTION_OVERDUE):
            async with self._store.across_tenants() as db:
                late = await _late(db, kind, now)
            for each in late:
                marked += await self._mark(each, kind, now)
        if marked:
            log.info("tickets_overdue", times=marked)
            await self._sender.sweep()
        return marked

    async def _mark(self, late: _Late, kind: EventKind, now: datetime) -> bool:
        scope = TenantScope(tenant_id=late.tenant_id, role=Role.OWNER)
        async with self._store.write(scope) as db:
            tickets = TicketRepository(db, scope, self._clock)
            values = {_flag_of(kind): True}
            if not await tickets.change(late.ticket_id, values, when=OPEN, also=_is_late(kind, now)):
                return False
            await tickets.note(late.ticket_id, kind)
            await NoticeRepository(db, scope, self._clock).add(late.ticket_id, late.channels, kind)
        return True


async def _late(db: AsyncSession, kind: EventKind, now: datetime) -> tuple[_Late, ...]:
    rows = await db.execute(
        select(TicketRow.tenant_id, TicketRow.id, TicketRow.channels)
        .where(TicketRow.status.in_(OPEN), _is_late(kind, now))
        .order_by(TicketRow.id)
        .limit(TICKETS_AT_ONCE)
    )
    return tuple(
        _Late(tenant_id=tenant_id, ticket_id=ticket_id, channels=tuple(names)) for tenant_id, ticket_id, names in rows
    )


def _flag_of(kind: EventKind) -> str:
    return "first_response_breached" if kind is EventKind.RESPONSE_OVERDUE else "resolution_breached"


def _is_late(kind: EventKind, now: datetime) -> ColumnElement[bool]:
    if kind is EventKind.RESPONSE_OVERDUE:
        unanswered = TicketRow.first_response_at.is_(None) & (TicketRow.first_response_due_at < now)
        return unanswered & TicketRow.first_response_breached.is_(False)
    return (TicketRow.resolution_due_at < now) & TicketRow.resolution_breached.is_(False)
