"""SQL of tickets and their history, in one scope. Above: the desk. Below: tables. Steps are taken by conditional
updates, so that of two who take one at the same time only one does.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from deskhand.escalation.assessment import Category, Priority
from deskhand.escalation.model import (
    OPEN,
    EventKind,
    Ticket,
    TicketEvent,
    TicketFilter,
    TicketPage,
    TicketStatus,
    UnknownTicket,
)
from deskhand.escalation.tables import TicketEventRow, TicketRow
from deskhand.kit.clock import Clock
from deskhand.kit.db import upsert
from deskhand.kit.ids import new_id
from deskhand.tenancy.scope import TenantScope

_RANK = case(
    {Priority.HIGH.value: 0, Priority.MEDIUM.value: 1, Priority.NORMAL.value: 2}, value=TicketRow.priority, else_=3
)


class TicketRepository:
    """Tickets of one scope, inside the caller's transaction."""

    def __init__(self, db: AsyncSession, scope: TenantScope, clock: Clock) -> None:
        self._db = db
        self._scope = scope
        self._clock = clock

    async def add(self, values: Mapping[str, Any]) -> bool:
        """Whether the ticket is stored: not when its session has one, or its id is taken."""
        row = {"tenant_id": self._scope.tenant_id, **values}
        await self._db.execute(self._insert_once(), [row])
        stored = await self._db.scalar(select(TicketRow.session_id).where(TicketRow.id == row["id"]))
        return bool(stored == row["session_id"])

    async def ticket(self, ticket_id: str) -> Ticket:
        """The ticket of that id.

        Raises:
            UnknownTicket: when there is none.
        """
        row = await self._db.scalar(self._select().where(TicketRow.id == ticket_id))
        if row is None:
            raise UnknownTicket(f"There is no ticket {ticket_id!r}: list them with GET /api/v1/tickets.")
        return ticket_of(row)

    async def of_session(self, session_id: str) -> Ticket | None:
        """The session's ticket, if it has one."""
        row = await self._db.scalar(self._select().where(TicketRow.session_id == session_id))
        return None if row is None else ticket_of(row)

    async def tickets(self, wanted: TicketFilter, *, limit: int, offset: int) -> TicketPage:
        """Open ones first, by priority, then by what is due first; ended ones after them, the newest first."""
        condition = and_(*self._conditions(wanted))
        total = await self._db.scalar(select(func.count()).select_from(TicketRow).where(condition)) or 0
        is_open = TicketRow.status.in_(OPEN)
        order = (
            is_open.desc(),
            case((is_open, _RANK), else_=0),
            case((is_open, TicketRow.resolution_due_at)),
            TicketRow.created_at.desc(),
            TicketRow.id,
        )
        rows = await self._db.scalars(self._select().where(condition).order_by(*order).limit(limit).offset(offset))
        return TicketPage(items=tuple(map(ticket_of, rows)), total=total, limit=limit, offset=offset)

    async def change(
        self, ticket_id: str, values: Mapping[str, Any], *, when: Sequence[TicketStatus], also: Any = None
    ) -> bool:
        """Whether the ticket was in one of these states, and `also` held, and so took the change."""
        statement = (
            update(TicketRow)
            .where(TicketRow.id == ticket_id, TicketRow.status.in_(when))
            .values(updated_at=self._clock.now(), **values)
            .returning(TicketRow.id)
        )
        if also is not None:
            statement = statement.where(also)
        changed = await self._db.execute(statement, execution_options={"synchronize_session": False})
        return changed.first() is not None

    async def note(self, ticket_id: str, kind: EventKind, detail: str = "", *, actor: str | None = None) -> None:
        """Add to the ticket's history."""
        values = {
            "id": new_id("tev"),
            "tenant_id": self._scope.tenant_id,
            "ticket_id": ticket_id,
            "kind": kind,
            "actor": actor,
            "detail": detail,
            "at": self._clock.now(),
        }
        await self._db.execute(insert(TicketEventRow), [values])

    async def events(self, ticket_id: str) -> tuple[TicketEvent, ...]:
        """What happened to the ticket, oldest first."""
        rows = await self._db.scalars(
            select(TicketEventRow).where(TicketEventRow.ticket_id == ticket_id).order_by(TicketEventRow.id)
        )
        return tuple(
            TicketEvent(id=row.id, kind=EventKind(row.kind), actor=row.actor, detail=row.detail, at=row.at)
            for row in rows
        )

    def _insert_once(self) -> Any:
        return upsert(self._db, TicketRow).on_conflict_do_nothing()

    def _select(self) -> Any:
        # Rows that an update of this transaction went past must be read anew.
        return select(TicketRow).execution_options(populate_existing=True)

    def _conditions(self, wanted: TicketFilter) -> list[ColumnElement[bool]]:
        equal = {
            TicketRow.status: wanted.status,
            TicketRow.priority: wanted.priority,
            TicketRow.category: wanted.category,
            TicketRow.assignee_id: wanted.assignee_id,
            TicketRow.session_id: wanted.session_id,
            TicketRow.contact_id: wanted.contact_id,
        }
        conditions: list[ColumnElement[bool]] = [
            column == value for column, value in equal.items() if value is not None
        ]
        if wanted.overdue is not None:
            overdue = is_overdue(self._clock.now())
            conditions.append(overdue if wanted.overdue else ~overdue)
        # An empty AND is not what a query without conditions takes.
        return conditions or [TicketRow.id.is_not(None)]


def is_overdue(now: datetime) -> ColumnElement[bool]:
    """`Ticket.is_overdue`, for the database."""
    unanswered = and_(TicketRow.first_response_at.is_(None), TicketRow.first_response_due_at < now)
    return and_(TicketRow.status.in_(OPEN), or_(unanswered, TicketRow.resolution_due_at < now))


def ticket_of(row: TicketRow) -> Ticket:
    return Ticket(
        id=row.id,
        session_id=row.session_id,
        thread_id=row.thread_id,
        contact_id=row.contact_id,
        turn_id=row.turn_id,
        agent_id=row.agent_id,
        status=TicketStatus(row.status),
        category=Category(row.category),
        priority=Priority(row.priority),
        score=row.score,
        explicit_request=row.explicit_request,
        reasons=tuple(row.reasons),
        signals=row.signals,
        handover=row.handover,
        channels=tuple(row.channels),
        hours=row.hours,
        assignee_id=row.assignee_id,
        resolution=row.resolution,
        created_at=row.created_at,
        updated_at=row.updated_at,
        timed_from=row.timed_from,
        first_response_due_at=row.first_response_due_at,
        first_response_at=row.first_response_at,
        first_response_breached=row.first_response_breached,
        resolution_due_at=row.resolution_due_at,
        resolved_at=row.resolved_at,
        resolution_breached=row.resolution_breached,
        closed_at=row.closed_at,
    )
