"""Hands a request over to a person by a ticket: when nobody decided in time, or what was allowed could not be done.

Above: the course of a request. Below: the desk of tickets, the conversations.
"""

import asyncio
from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncSession

from deskhand.conversations.repository import ConversationRepository
from deskhand.escalation.assessment import Assessment, Category, EscalationPolicy, Priority, Said
from deskhand.escalation.desk import TicketDesk
from deskhand.escalation.handover import Handover, hand_over
from deskhand.escalation.model import TicketWish
from deskhand.kit.clock import Clock
from deskhand.kit.errors import NotFound
from deskhand.llm.sentiment import SentimentModel
from deskhand.orchestration.approval_course import OpenedTicket
from deskhand.orchestration.approval_model import Approval
from deskhand.orchestration.approval_rules import LEGAL_ESCALATION
from deskhand.tenancy.scope import TenantScope

REQUEST_SIGNAL = "approval"


class ApprovalTickets:
    """Opens a ticket in the session of a request. One for the process."""

    def __init__(self, *, desk: TicketDesk, clock: Clock, sentiment: SentimentModel) -> None:
        self._desk = desk
        self._clock = clock
        self._sentiment = sentiment

    async def open(self, db: AsyncSession, scope: TenantScope, approval: Approval, why: str) -> OpenedTicket | None:
        """The ticket, in the caller's transaction; None without a session, or when that has an open one."""
        if approval.session_id is None:
            return None
        conversations = ConversationRepository(db, scope, self._clock)
        try:
            session = await conversations.session(approval.session_id)
        except NotFound:
            return None
        handover = await asyncio.to_thread(self._handover, approval)
        ticket = await self._desk.open(db, scope, _wish(approval, approval.session_id, why, handover))
        await conversations.request_human(session)
        if ticket is None:
            return None
        return OpenedTicket(id=ticket.id, tell=lambda: self._desk.notify_later(scope, ticket))

    def _handover(self, approval: Approval) -> Handover:
        said = (Said(role="customer", text=approval.message),)
        handover = hand_over(said, self._sentiment, agent_reason=approval.reasoning)
        return replace(handover, open_points=(approval.allowed_summary,))


def _wish(approval: Approval, session_id: str, why: str, handover: Handover) -> TicketWish:
    legal = approval.kind == LEGAL_ESCALATION
    return TicketWish(
        session_id=session_id,
        thread_id=approval.thread_id,
        contact_id=approval.contact_id,
        turn_id=approval.turn_id,
        agent_id=approval.agent_id or None,
        assessment=Assessment(
            score=1.0,
            escalate=True,
            category=Category.LEGAL if legal else Category.URGENT,
            priority=Priority.HIGH,
            reasons=(f"{why} ({approval.id})",),
            signals={REQUEST_SIGNAL: 1.0},
            # So that a ticket that was solved before is opened again.
            explicit_request=True,
        ),
        policy=EscalationPolicy(channels=approval.channels),
        handover=handover,
    )
