"""The desk: opens tickets for conversations, and lets staff take, solve and close them. Steps follow `model.STEPS`.

Above: the turn, which opens tickets in its own transaction; the endpoints; who takes conversations over. Below: the
repositories. What is to be told of a ticket is written with it and sent afterwards, by `sender.py`.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from deskhand.escalation.assessment import Priority
from deskhand.escalation.hours import OpenHours, due_after
from deskhand.escalation.model import (
    OPEN,
    SERVICE_TIMES,
    STEPS,
    EventKind,
    Ticket,
    TicketDetails,
    TicketFilter,
    TicketPage,
    TicketStatus,
    TicketStep,
    TicketStepRefused,
    TicketWish,
    UnknownAssignee,
    new_ticket_id,
    steps_from,
)
from deskhand.escalation.notices import NoticeRepository
from deskhand.escalation.repository import TicketRepository
from deskhand.escalation.tables import TicketRow
from deskhand.kit.background import Background
from deskhand.kit.clock import Clock
from deskhand.tenancy.permissions import ROLE_PERMISSIONS, Permission
from deskhand.tenancy.roles import Role
from deskhand.tenancy.scope import NobodyActs, TenantScope
from deskhand.tenancy.store import TenantStore
from deskhand.tenancy.tables import User

ID_TRIES = 5
ACTIVE = "active"


class Sweeper(Protocol):
    """Sends what waits in the outbox."""

    async def sweep(self) -> int:
        """How many notices were dealt with."""
        ...


class TicketDesk:
    """Tickets of every tenant, each through its scope."""

    def __init__(self, *, store: TenantStore, clock: Clock, background: Background, sender: Sweeper) -> None:
        self._store = store
        self._clock = clock
        self._background = background
        self._sender = sender

    async def open(self, db: AsyncSession, scope: TenantScope, wish: TicketWish) -> Ticket | None:
        """The new ticket, with its notices, in the caller's transaction; None when the session has an open one.

        One that was resolved or closed is opened again when its customer asks for a person again, and stays as it is
        for weaker reasons. Call `notify_later` once the transaction is over.
        """
        tickets = TicketRepository(db, scope, self._clock)
        known = await tickets.of_session(wish.session_id)
        for _ in range(ID_TRIES):
            if known is not None:
                return await self._again(db, scope, known, wish)
            ticket_id = new_ticket_id()
            if await tickets.add(self._values(ticket_id, wish)):
                detail = "; ".join(wish.assessment.reasons)
                await tickets.note(ticket_id, EventKind.OPENED, detail)
                await self._tell(db, scope, ticket_id, wish.policy.channels, EventKind.OPENED)
                return await tickets.ticket(ticket_id)
            known = await tickets.of_session(wish.session_id)
        raise TicketStepRefused(f"No free ticket number was found for the session {wish.session_id!r}: try again.")

    def notify_later(self, scope: TenantScope, ticket: Ticket) -> None:  # noqa: ARG002 - of whom it tells is in the outbox
        """Send what waits, beside everything else. Nothing is lost when this never runs: the next sweep sends it."""
        self._background.start("ticket_notices", self._sender.sweep())

    async def list(self, scope: TenantScope, wanted: TicketFilter, *, limit: int, offset: int) -> TicketPage:
        """What is open first, the gravest and the most due at the top."""
        async with self._store.read(scope) as db:
            return await TicketRepository(db, scope, self._clock).tickets(wanted, limit=limit, offset=offset)

    async def details(self, scope: TenantScope, ticket_id: str) -> TicketDetails:
        """The ticket with its history.

        Raises:
            UnknownTicket: when there is none.
        """
        async with self._store.read(scope) as db:
            return await self._details(db, scope, ticket_id)

    async def assign(self, scope: TenantScope, ticket_id: str, user_id: str | None = None) -> TicketDetails:
        """Give it to that user, or to whoever acts.

        Raises:
            UnknownTicket, UnknownAssignee: when there is none.
            TicketStepRefused: when it is resolved or closed.
        """
        assignee = user_id or actor_of(scope)
        async with self._store.write(scope) as db:
            await TicketRepository(db, scope, self._clock).ticket(ticket_id)
            await self._assign(db, scope, ticket_id, assignee)
            return await self._details(db, scope, ticket_id)

    async def resolve(self, scope: TenantScope, ticket_id: str, resolution: str) -> TicketDetails:
        """Note how it was solved. Raises as `assign` does."""
        async with self._store.write(scope) as db:
            await self._resolve(db, scope, ticket_id, resolution)
            return await self._details(db, scope, ticket_id)

    async def close(self, scope: TenantScope, ticket_id: str) -> TicketDetails:
        """End it. Raises as `assign` does."""
        values = {"status": TicketStatus.CLOSED, "closed_at": self._clock.now()}
        async with self._store.write(scope) as db:
            await self._step(db, scope, ticket_id, TicketStep.CLOSE, values)
            await TicketRepository(db, scope, self._clock).note(ticket_id, EventKind.CLOSED, actor=actor_of(scope))
            return await self._details(db, scope, ticket_id)

    async def reopen(self, scope: TenantScope, ticket_id: str) -> TicketDetails:
        """Begin anew, with its times; it stays with whom it was. Raises as `assign` does."""
        async with self._store.write(scope) as db:
            ticket = await TicketRepository(db, scope, self._clock).ticket(ticket_id)
            await self._reopen(db, scope, ticket, actor=actor_of(scope))
            return await self._details(db, scope, ticket_id)

    async def change(
        self,
        scope: TenantScope,
        ticket_id: str,
        *,
        assignee_id: str | None = None,
        priority: Priority | None = None,
        note: str | None = None,
    ) -> TicketDetails:
        """Give it to somebody, set its priority (its times follow), add a note: all of it or nothing.

        Raises:
            UnknownTicket, UnknownAssignee: when there is none.
            TicketStepRefused: when it has ended; only notes can still be added.
        """
        async with self._store.write(scope) as db:
            tickets = TicketRepository(db, scope, self._clock)
            ticket = await tickets.ticket(ticket_id)
            if assignee_id is not None:
                await self._assign(db, scope, ticket_id, assignee_id)
            if priority is not None and priority is not ticket.priority:
                await self._prioritise(db, scope, ticket, priority)
            if note:
                await tickets.note(ticket_id, EventKind.NOTE, note, actor=actor_of(scope))
            return await self._details(db, scope, ticket_id)

    async def taken_over(self, db: AsyncSession, scope: TenantScope, session_id: str) -> None:
        """Whoever acts has taken the session over, and so its open ticket too, in the caller's transaction."""
        ticket = await TicketRepository(db, scope, self._clock).of_session(session_id)
        if ticket is not None and ticket.status.is_open and ticket.assignee_id != scope.user_id:
            await self._assign(db, scope, ticket.id, actor_of(scope))

    async def responded(self, db: AsyncSession, scope: TenantScope, session_id: str) -> None:
        """A person has written to the customer: the time to the first response stops."""
        tickets = TicketRepository(db, scope, self._clock)
        ticket = await tickets.of_session(session_id)
        if ticket is not None and ticket.first_response_at is None:
            values = {"first_response_at": self._clock.now()}
            if await tickets.change(ticket.id, values, when=OPEN, also=TicketRow.first_response_at.is_(None)):
                await tickets.note(ticket.id, EventKind.RESPONDED, actor=scope.user_id)

    async def handed_back(self, db: AsyncSession, scope: TenantScope, session_id: str, resolution: str) -> None:
        """The session's open ticket is resolved with that, in the caller's transaction."""
        ticket = await TicketRepository(db, scope, self._clock).of_session(session_id)
        if ticket is not None and ticket.status.is_open:
            if ticket.status is TicketStatus.PENDING:
                await self._assign(db, scope, ticket.id, actor_of(scope))
            await self._resolve(db, scope, ticket.id, resolution)

    async def _again(self, db: AsyncSession, scope: TenantScope, known: Ticket, wish: TicketWish) -> Ticket | None:
        if known.status.is_open or not wish.assessment.explicit_request:
            return None
        values = {"reasons": list(wish.assessment.reasons), "handover": wish.handover.kept(), "turn_id": wish.turn_id}
        await self._reopen(db, scope, known, actor=None, more=values)
        await self._tell(db, scope, known.id, wish.policy.channels, EventKind.REOPENED)
        return await TicketRepository(db, scope, self._clock).ticket(known.id)

    async def _reopen(
        self,
        db: AsyncSession,
        scope: TenantScope,
        ticket: Ticket,
        *,
        actor: str | None,
        more: Mapping[str, Any] | None = None,
    ) -> None:
        now = self._clock.now()
        values = {
            "status": TicketStatus.PENDING if ticket.assignee_id is None else TicketStatus.ASSIGNED,
            "resolution": None,
            "resolved_at": None,
            "closed_at": None,
            "first_response_at": None,
            "first_response_breached": False,
            "resolution_breached": False,
            **_times(now, ticket.priority, _hours_of(ticket)),
            **(more or {}),
        }
        await self._step(db, scope, ticket.id, TicketStep.REOPEN, values)
        await TicketRepository(db, scope, self._clock).note(ticket.id, EventKind.REOPENED, actor=actor)

    async def _assign(self, db: AsyncSession, scope: TenantScope, ticket_id: str, user_id: str) -> None:
        email = await _email_of_staff(db, user_id)
        values = {"status": TicketStatus.ASSIGNED, "assignee_id": user_id}
        await self._step(db, scope, ticket_id, TicketStep.ASSIGN, values)
        tickets = TicketRepository(db, scope, self._clock)
        await tickets.note(ticket_id, EventKind.ASSIGNED, f"to {email}", actor=scope.user_id)

    async def _resolve(self, db: AsyncSession, scope: TenantScope, ticket_id: str, resolution: str) -> None:
        values = {"status": TicketStatus.RESOLVED, "resolution": resolution, "resolved_at": self._clock.now()}
        await self._step(db, scope, ticket_id, TicketStep.RESOLVE, values)
        tickets = TicketRepository(db, scope, self._clock)
        await tickets.note(ticket_id, EventKind.RESOLVED, resolution, actor=actor_of(scope))

    async def _prioritise(self, db: AsyncSession, scope: TenantScope, ticket: Ticket, priority: Priority) -> None:
        now, times = self._clock.now(), _times(ticket.timed_from, priority, _hours_of(ticket))
        values = {
            "priority": priority,
            **times,
            "first_response_breached": ticket.first_response_breached and times["first_response_due_at"] < now,
            "resolution_breached": ticket.resolution_breached and times["resolution_due_at"] < now,
        }
        tickets = TicketRepository(db, scope, self._clock)
        if not await tickets.change(ticket.id, values, when=OPEN):
            raise _refused(ticket, "its priority cannot be changed")
        await tickets.note(
            ticket.id, EventKind.PRIORITY, f"from {ticket.priority} to {priority}", actor=actor_of(scope)
        )

    async def _step(
        self, db: AsyncSession, scope: TenantScope, ticket_id: str, step: TicketStep, values: Mapping[str, Any]
    ) -> None:
        tickets = TicketRepository(db, scope, self._clock)
        if not await tickets.change(ticket_id, values, when=STEPS[step]):
            raise _refused(await tickets.ticket(ticket_id), f"the step {step.value!r} cannot be taken")

    async def _tell(
        self, db: AsyncSession, scope: TenantScope, ticket_id: str, channels: tuple[str, ...], kind: EventKind
    ) -> None:
        await NoticeRepository(db, scope, self._clock).add(ticket_id, channels, kind)

    async def _details(self, db: AsyncSession, scope: TenantScope, ticket_id: str) -> TicketDetails:
        tickets = TicketRepository(db, scope, self._clock)
        return TicketDetails(
            ticket=await tickets.ticket(ticket_id),
            events=await tickets.events(ticket_id),
            notices=await NoticeRepository(db, scope, self._clock).of_ticket(ticket_id),
        )

    def _values(self, ticket_id: str, wish: TicketWish) -> dict[str, Any]:
        now, assessment = self._clock.now(), wish.assessment
        return {
            "id": ticket_id,
            "session_id": wish.session_id,
            "thread_id": wish.thread_id,
            "contact_id": wish.contact_id,
            "turn_id": wish.turn_id,
            "agent_id": wish.agent_id,
            "status": TicketStatus.PENDING,
            "category": assessment.category,
            "priority": assessment.priority,
            "score": assessment.score,
            "explicit_request": assessment.explicit_request,
            "reasons": list(assessment.reasons),
            "signals": dict(assessment.signals),
            "handover": wish.handover.kept(),
            "channels": list(wish.policy.channels),
            "hours": None if wish.policy.hours is None else wish.policy.hours.kept(),
            "created_at": now,
            "updated_at": now,
            "first_response_breached": False,
            "resolution_breached": False,
            **_times(now, assessment.priority, wish.policy.hours),
        }


def actor_of(scope: TenantScope) -> str:
    """The user who acts.

    Raises:
        NobodyActs: when the scope is nobody's.
    """
    if scope.user_id is None:
        raise NobodyActs("This is done in a person's name: sign in as a member of staff.")
    return scope.user_id


def _times(since: datetime, priority: Priority, hours: OpenHours | None) -> dict[str, datetime]:
    promised = SERVICE_TIMES[priority]
    return {
        "timed_from": since,
        "first_response_due_at": due_after(since, promised.first_response, hours),
        "resolution_due_at": due_after(since, promised.resolution, hours),
    }


def _hours_of(ticket: Ticket) -> OpenHours | None:
    return None if ticket.hours is None else OpenHours.loaded(ticket.hours)


def _refused(ticket: Ticket, what: str) -> TicketStepRefused:
    allowed = ", ".join(step.value for step in steps_from(ticket.status))
    return TicketStepRefused(f"The ticket {ticket.id!r} is {ticket.status.value}, so {what}: it allows {allowed}.")


async def _email_of_staff(db: AsyncSession, user_id: str) -> str:
    """The address of a user who may work on tickets.

    Raises:
        UnknownAssignee: when there is none of that id.
    """
    found = (await db.execute(select(User.email, User.role, User.status).where(User.id == user_id))).first()
    if found is None or found.status != ACTIVE:
        raise UnknownAssignee(f"There is no active user {user_id!r}: list them with GET /api/v1/users.")
    if Permission.TICKETS_WRITE not in ROLE_PERMISSIONS[Role(found.role)]:
        raise UnknownAssignee(f"The user {user_id!r} may not work on tickets: choose another, or change the role.")
    return str(found.email)
