"""Commit: the reply, its citations, what follows from it and the turn's record, in one transaction, once.

Above: the journey. Below: the repositories of the slices. The record of the audit comes last: its chain is the one
thing that turns of different sessions share.
"""

from dataclasses import dataclass, replace
from typing import Any

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from deskhand.agents.repository import AgentRepository
from deskhand.agents.runtime import BUILT_IN_VERSION, DEFAULT_AGENT, RunningAgent
from deskhand.audit.preparing import PreparedTurn
from deskhand.audit.writer import AuditWriter
from deskhand.conversations.closing_repository import ClosingRepository
from deskhand.conversations.model import Execution, Message, MessageRole
from deskhand.conversations.repository import ConversationRepository
from deskhand.conversations.schemas import citation_out, message_out
from deskhand.conversations.turn_repository import TurnRepository
from deskhand.escalation.desk import TicketDesk
from deskhand.escalation.model import Ticket
from deskhand.kit.clock import Clock
from deskhand.kit.errors import Conflict, DeskhandError
from deskhand.kit.ids import new_id
from deskhand.memory.keeper import MemoryKeeper
from deskhand.orchestration.plan_model import Plan, PlanStatus
from deskhand.tenancy.store import TenantStore
from deskhand.turns.answer import AnswerKind, AnswerOut, RouteOut
from deskhand.turns.conclude import Ending
from deskhand.turns.events import Failed
from deskhand.turns.planning import TurnPlans
from deskhand.turns.routing import ROUTE
from deskhand.turns.sources import memory_place
from deskhand.turns.stages import Stages
from deskhand.turns.state import Accepted, Gathered, TurnRoute, Verified
from deskhand.usage.recorder import UsageRecorder

log = structlog.get_logger(__name__)


class AlreadyAnswered(Conflict):
    code = "already_answered"


class TakenOver(Exception):
    """Somebody of the staff took the session over while the answer was being made: it is not given."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Committed:
    """What is there once a turn is committed: each turn's answer by its id, the ticket if one was opened."""

    answers: dict[str, dict[str, Any]]
    ticket: Ticket | None = None
    learned: bool = False
    plan: Plan | None = None
    """The plan that goes on with the message."""


class Committer:
    """Writes how a turn ended."""

    def __init__(
        self,
        store: TenantStore,
        clock: Clock,
        *,
        keeper: MemoryKeeper,
        desk: TicketDesk,
        usage: UsageRecorder,
        audit: AuditWriter,
        plans: TurnPlans,
    ) -> None:
        self._store = store
        self._clock = clock
        self._keeper = keeper
        self._desk = desk
        self._usage = usage
        self._audit = audit
        self._plans = plans

    async def commit(
        self, accepted: Accepted, gathered: Gathered, verified: Verified, ending: Ending, stages: Stages
    ) -> Committed:
        """The answer as the channels send it, stored once.

        Raises:
            TakenOver: when a person has the session by now; nothing is stored.
            AlreadyAnswered: when the turn has an answer; nothing is stored a second time.
            AuditNotWritten: when there can be no record of it; nothing is stored.
        """
        draft, route = verified.draft, gathered.route
        async with self._store.write(accepted.scope) as db:
            # The session before the thread, as it is when a message is accepted: whoever locks in turn waits in turn.
            conversations = ConversationRepository(db, accepted.scope, self._clock)
            if await conversations.human_owner(accepted.session.id) is not None:
                raise TakenOver
            await self._note_agent(db, accepted, gathered)
            ticket = None if ending.wish is None else await self._desk.open(db, accepted.scope, ending.wish)
            reply = await conversations.add_message(
                accepted.session,
                turn_id=accepted.turn.id,
                role=MessageRole.AGENT,
                content=verified.told,
                details=_details(verified, ending, ticket, route),
                citations=verified.citations,
            )
            if ending.escalates or verified.kind is AnswerKind.HUMAN:
                await conversations.request_human(accepted.session)
            took = stages.total
            run = _execution(accepted, verified, reply, took, route)
            await ClosingRepository(db, accepted.scope, self._clock).log(run)
            answer = _answer(accepted, verified, reply, ending, ticket, took) | _routed(draft.agent, route)
            answers = await self._complete(db, accepted, answer)
            learned = await self._learn(db, accepted, ending)
            for each in sorted((*draft.passed, draft), key=lambda each: each.agent.id):
                await self._usage.add(db, accepted.scope, each.agent.id, each.calls)
            plan = await self._plans.add(db, accepted, verified)
            await self._audit.record(db, accepted.scope, _completed(ending.record, ticket, stages))
        return Committed(answers=answers, ticket=ticket, learned=learned, plan=plan)

    async def leave(self, accepted: Accepted, record: PreparedTurn, stages: Stages) -> Committed:
        """A person has the session: the turn ends without a reply, and its message waits for that person."""
        answer = _left(accepted, stages.total)
        async with self._store.write(accepted.scope) as db:
            answers = await self._complete(db, accepted, answer)
            await self._audit.record(db, accepted.scope, record)
        return Committed(answers=answers)

    async def fail(self, accepted: Accepted, failed: Failed, record: PreparedTurn) -> None:
        """Store how the turn ended; the customer's message stays. A full disk takes the record, not the reason."""
        reason = {"code": failed.code, "title": failed.title, "detail": failed.detail}
        async with self._store.write(accepted.scope) as db:
            await TurnRepository(db, accepted.scope, self._clock).fail(accepted.turn.id, reason)
        if failed.code == AlreadyAnswered.code:
            return
        try:
            async with self._store.write(accepted.scope) as db:
                await self._audit.record(db, accepted.scope, record)
        except DeskhandError as error:
            log.warning("failure_not_recorded", turn_id=accepted.turn.id, code=error.code)

    async def _complete(
        self, db: AsyncSession, accepted: Accepted, answer: dict[str, Any]
    ) -> dict[str, dict[str, Any]]:
        answers = {turn.id: answer | {"turn_id": turn.id} for turn in (accepted.turn, *accepted.others)}
        turns = TurnRepository(db, accepted.scope, self._clock)
        for turn_id, of_turn in answers.items():
            if not await turns.complete(turn_id, of_turn):
                raise AlreadyAnswered(f"The turn {turn_id!r} has its answer already.")
        return answers

    async def _learn(self, db: AsyncSession, accepted: Accepted, ending: Ending) -> bool:
        if not ending.facts:
            return False
        learned = await self._keeper.learn(
            db,
            accepted.scope,
            memory_place(accepted),
            turn_id=accepted.turn.id,
            message_id=accepted.turn.message_id,
            session_id=accepted.session.id,
            text=accepted.turn.text,
            facts=ending.facts,
        )
        return bool(learned)

    async def _note_agent(self, db: AsyncSession, accepted: Accepted, gathered: Gathered) -> None:
        """Count the turn for the agent that answered, and let the session say whose it is, and in which version.

        A session that names nobody stays so where somebody coordinates: should that one go, the general agent answers.
        """
        session, agent = accepted.session, gathered.agent
        if agent.key is not None:
            await AgentRepository(db, accepted.scope, self._clock).count_interaction(agent.key)
        owner = agent if gathered.assigned is None else gathered.assigned.entry
        if owner.coordinates and session.agent_id is None:
            return
        if (session.agent_id, session.agent_version) != (owner.id, owner.version):
            conversations = ConversationRepository(db, accepted.scope, self._clock)
            await conversations.note_agent(session, owner.id, owner.version)


def _details(verified: Verified, ending: Ending, ticket: Ticket | None, route: TurnRoute | None) -> dict[str, object]:
    draft = verified.draft
    noted = {} if route is None else {ROUTE: RouteOut.model_validate(route).model_dump(mode="json")}
    return noted | {
        "answered": verified.kind is not AnswerKind.NO_ANSWER,
        "kind": verified.kind.value,
        "model": draft.model,
        "degraded": draft.degraded,
        "degraded_reason": draft.degraded_reason,
        "offer_human": verified.kind is AnswerKind.NO_ANSWER and not ending.escalates,
        "ticket": None if ticket is None else ticket.id,
        "checks": draft.checks.as_details(),
        "plan": None if verified.plan is None else {"id": verified.plan.id, "status": PlanStatus.PENDING.value},
    }


def _execution(
    accepted: Accepted, verified: Verified, reply: Message, seconds: float, route: TurnRoute | None
) -> Execution:
    """The run of the agent that answered; where it was routed, as what and how surely."""
    return Execution(
        id=new_id("exe"),
        session_id=accepted.session.id,
        turn_id=accepted.turn.id,
        agent_id=verified.draft.agent.id,
        agent_version=verified.draft.agent.version,
        category=None if route is None else route.category,
        confidence=verified.confidence if route is None else route.confidence,
        input=accepted.turn.text,
        output=verified.told,
        seconds=round(seconds, 4),
        at=reply.created_at,
    )


def _answer(
    accepted: Accepted, verified: Verified, reply: Message, ending: Ending, ticket: Ticket | None, seconds: float
) -> dict[str, Any]:
    return AnswerOut(
        session_id=accepted.session.id,
        thread_id=accepted.session.thread_id,
        turn_id=accepted.turn.id,
        message=message_out(reply),
        answer=verified.told,
        answered=verified.kind is not AnswerKind.NO_ANSWER,
        citations=[citation_out(citation) for citation in verified.citations],
        requires_escalation=ending.escalates or verified.kind is AnswerKind.HUMAN,
        ticket=None if ticket is None else ticket.id,
        confidence=verified.confidence,
        tools_used=sorted(verified.draft.tools),
        tool_metadata=verified.draft.tool_metadata,
        processing_time=round(seconds, 4),
        memory_confidence=ending.memory_confidence,
        model=verified.draft.model,
        agent_id=verified.draft.agent.id,
        agent_version=verified.draft.agent.version,
        plan=None if verified.plan is None else verified.plan.id,
    ).model_dump(mode="json")


def _routed(agent: RunningAgent, route: TurnRoute | None) -> dict[str, Any]:
    """Who answered, and how it came to that."""
    found = None if route is None else RouteOut.model_validate(route).model_dump(mode="json")
    return {"agent_used": agent.id, "category": None if route is None else route.category, ROUTE: found}


def _left(accepted: Accepted, seconds: float) -> dict[str, Any]:
    return AnswerOut(
        session_id=accepted.session.id,
        thread_id=accepted.session.thread_id,
        turn_id=accepted.turn.id,
        message=None,
        answer="",
        answered=False,
        citations=[],
        requires_escalation=False,
        ticket=None,
        confidence=0.0,
        tools_used=[],
        tool_metadata={},
        processing_time=round(seconds, 4),
        model="",
        with_human=True,
        agent_id=accepted.session.agent_id or DEFAULT_AGENT,
        agent_used=accepted.session.agent_id or DEFAULT_AGENT,
        agent_version=accepted.session.agent_version or BUILT_IN_VERSION,
    ).model_dump(mode="json")


def _completed(record: PreparedTurn, ticket: Ticket | None, stages: Stages) -> PreparedTurn:
    """The record with what only the transaction knows."""
    known = {"ticket_id": None if ticket is None else ticket.id, "seconds": round(stages.total, 6)}
    return replace(record, columns={**record.columns, **known})
