"""Tickets over HTTP, for staff. Above: the application. Below: the desk."""

from typing import Annotated

from fastapi import APIRouter, Path, Query

from deskhand.escalation.assessment import Category, Priority
from deskhand.escalation.desk import TicketDesk
from deskhand.escalation.model import TicketFilter, TicketStatus
from deskhand.escalation.schemas import (
    AssignIn,
    ResolveIn,
    TicketDetailsOut,
    TicketPageOut,
    TicketPatch,
    ticket_details_out,
    ticket_page_out,
)
from deskhand.kit.clock import Clock
from deskhand.kit.problems import responses
from deskhand.tenancy.http import allowed
from deskhand.tenancy.permissions import Permission
from deskhand.tenancy.scope import TenantScope

_ID = r"^[A-Za-z0-9_-]+$"
_MAX = 60

Reader = Annotated[TenantScope, allowed(Permission.TICKETS_READ)]
Worker = Annotated[TenantScope, allowed(Permission.TICKETS_WRITE)]
TicketId = Annotated[str, Path(max_length=_MAX, pattern=_ID, examples=["ESC-7K3M9Q2P"])]
Assignee = Annotated[str, Query(max_length=_MAX, pattern=_ID, description="Only this user's; `me` for one's own.")]
OfSession = Annotated[str, Query(max_length=_MAX, pattern=_ID, description="Only this session's.")]
OfContact = Annotated[str, Query(max_length=_MAX, pattern=_ID, description="Only this contact's.")]
Limit = Annotated[int, Query(ge=1, le=100)]
Offset = Annotated[int, Query(ge=0, le=1_000_000_000)]
ME = "me"


class TicketEndpoints:
    """Lists and shows tickets, and takes their steps."""

    def __init__(self, *, desk: TicketDesk, clock: Clock) -> None:
        self._desk = desk
        self._clock = clock
        self.router = APIRouter(prefix="/api/v1/tickets", tags=["tickets"])
        add = self.router.add_api_route
        found, steps = responses(401, 403, 404, 422), responses(401, 403, 404, 409, 422)
        add("", self.list_tickets, methods=["GET"], responses=responses(401, 403, 422))
        add("/{ticket_id}", self.get_ticket, methods=["GET"], responses=found)
        add("/{ticket_id}", self.change_ticket, methods=["PATCH"], responses=steps)
        add("/{ticket_id}/assign", self.assign_ticket, methods=["POST"], responses=steps)
        add("/{ticket_id}/resolve", self.resolve_ticket, methods=["POST"], responses=steps)
        add("/{ticket_id}/close", self.close_ticket, methods=["POST"], responses=steps)
        add("/{ticket_id}/reopen", self.reopen_ticket, methods=["POST"], responses=steps)

    async def list_tickets(
        self,
        scope: Reader,
        status: Annotated[TicketStatus | None, Query()] = None,
        priority: Annotated[Priority | None, Query()] = None,
        category: Annotated[Category | None, Query()] = None,
        assignee: Assignee | None = None,
        session_id: OfSession | None = None,
        contact_id: OfContact | None = None,
        overdue: Annotated[bool | None, Query(description="Only those that are, or are not, overdue.")] = None,
        limit: Limit = 50,
        offset: Offset = 0,
    ) -> TicketPageOut:
        """Tickets: open ones first, the gravest and the most due at the top."""
        wanted = TicketFilter(
            status=status,
            priority=priority,
            category=category,
            assignee_id=scope.user_id if assignee == ME else assignee,
            session_id=session_id,
            contact_id=contact_id,
            overdue=overdue,
        )
        page = await self._desk.list(scope, wanted, limit=limit, offset=offset)
        return ticket_page_out(page, self._clock.now())

    async def get_ticket(self, ticket_id: TicketId, scope: Reader) -> TicketDetailsOut:
        """One ticket, with its hand-over summary, its history and its notices."""
        return ticket_details_out(await self._desk.details(scope, ticket_id), self._clock.now())

    async def change_ticket(self, ticket_id: TicketId, body: TicketPatch, scope: Worker) -> TicketDetailsOut:
        """Give an open ticket to somebody, set its priority (its times follow), or add a note to any ticket."""
        details = await self._desk.change(
            scope, ticket_id, assignee_id=body.assignee_id, priority=body.priority, note=body.note
        )
        return ticket_details_out(details, self._clock.now())

    async def assign_ticket(self, ticket_id: TicketId, scope: Worker, body: AssignIn | None = None) -> TicketDetailsOut:
        """Take an open ticket, or give it to somebody."""
        details = await self._desk.assign(scope, ticket_id, body.user_id if body else None)
        return ticket_details_out(details, self._clock.now())

    async def resolve_ticket(self, ticket_id: TicketId, body: ResolveIn, scope: Worker) -> TicketDetailsOut:
        """Say how an assigned ticket was solved."""
        return ticket_details_out(await self._desk.resolve(scope, ticket_id, body.resolution), self._clock.now())

    async def close_ticket(self, ticket_id: TicketId, scope: Worker) -> TicketDetailsOut:
        """End an assigned or resolved ticket."""
        return ticket_details_out(await self._desk.close(scope, ticket_id), self._clock.now())

    async def reopen_ticket(self, ticket_id: TicketId, scope: Worker) -> TicketDetailsOut:
        """Begin a resolved or closed ticket anew; its times run from now."""
        return ticket_details_out(await self._desk.reopen(scope, ticket_id), self._clock.now())
