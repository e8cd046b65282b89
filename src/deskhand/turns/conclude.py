"""Conclude: what follows from an answer before it is committed. Whether a person comes in, what is to be remembered,
and the record of the turn.

Above: the journey. Below: the slices' own judgement. Nothing here touches the database: what burns CPU is done before
the transaction, so that the transaction is short.
"""

import asyncio
from dataclasses import dataclass, replace

from deskhand.audit.preparing import PreparedTurn
from deskhand.audit.writer import AuditWriter
from deskhand.conversations.session_endpoints import TRY_OUT_CHANNEL
from deskhand.escalation.assessment import Assessment, Said
from deskhand.escalation.detector import EscalationDetector
from deskhand.escalation.handover import hand_over
from deskhand.escalation.model import TicketWish
from deskhand.escalation.tool import EscalationRequests, with_request
from deskhand.kit.clock import Clock
from deskhand.kit.errors import DeskhandError
from deskhand.llm.model import WhyDown
from deskhand.llm.sentiment import SentimentModel
from deskhand.memory.extraction_facts import Fact
from deskhand.turns.answer import AnswerKind
from deskhand.turns.record import facts_of, facts_without_answer
from deskhand.turns.stages import Stages
from deskhand.turns.state import Accepted, Draft, Gathered, Verified

ASKED = "asked for a person"


@dataclass(frozen=True, kw_only=True, slots=True)
class Ending:
    """What is committed with the answer. `escalates` also where a try-out opens no ticket."""

    record: PreparedTurn
    facts: tuple[Fact, ...] = ()
    escalates: bool = False
    memory_confidence: float | None = None
    wish: TicketWish | None = None


class Concluder:
    """Draws the conclusions of a turn."""

    def __init__(
        self,
        *,
        detector: EscalationDetector,
        sentiment: SentimentModel,
        requests: EscalationRequests,
        audit: AuditWriter,
        clock: Clock,
    ) -> None:
        self._requests = requests
        self._clock = clock
        self._detector = detector
        self._sentiment = sentiment
        self._audit = audit

    async def conclude(self, accepted: Accepted, gathered: Gathered, verified: Verified, stages: Stages) -> Ending:
        """What follows from the answer."""
        asked = self._requests.take(accepted.scope.tenant_id, accepted.turn.id)
        wish, record = await asyncio.gather(
            asyncio.to_thread(self._judge, accepted, gathered, verified, asked),
            self._audit.prepare(facts_of(accepted, gathered, verified, stages, at=self._clock.now())),
        )
        tried_out = accepted.session.channel == TRY_OUT_CHANNEL
        return Ending(
            record=record,
            facts=gathered.facts,
            escalates=wish is not None,
            wish=None if tried_out else wish,
            memory_confidence=round(gathered.memory.confidence, 4) if gathered.memory.items else None,
        )

    async def without_answer(
        self, accepted: Accepted, stages: Stages, *, kind: str, error: DeskhandError | None = None
    ) -> PreparedTurn:
        """The record of a turn that ended without an answer of an agent."""
        return await self._audit.prepare(
            facts_without_answer(accepted, stages, at=self._clock.now(), kind=kind, error=error)
        )

    def _judge(
        self, accepted: Accepted, gathered: Gathered, verified: Verified, asked: str | None
    ) -> TicketWish | None:
        answered = verified.kind is not AnswerKind.NO_ANSWER
        said = (*gathered.said, Said(role="agent", text=verified.content, answered=answered))
        assessment = self._assessment(gathered, verified, said)
        if asked is not None:
            assessment = with_request(assessment)
        if not assessment.escalate:
            return None
        return TicketWish(
            session_id=accepted.session.id,
            thread_id=accepted.session.thread_id,
            contact_id=accepted.session.contact_id,
            turn_id=accepted.turn.id,
            agent_id=gathered.agent.id,
            assessment=assessment,
            policy=gathered.agent.escalation,
            handover=replace(hand_over(said, self._sentiment), agent_reason=asked or ""),
        )

    def _assessment(self, gathered: Gathered, verified: Verified, said: tuple[Said, ...]) -> Assessment:
        before = gathered.assessment
        if before is None or not before.escalate:
            before = self._detector.assess(
                said, gathered.agent.escalation, vector=gathered.vector, model_down=_is_down(verified.draft)
            )
        if verified.kind is AnswerKind.HUMAN and not before.explicit_request:
            # One of several messages asked for it, where all of them together do not read so.
            return replace(before, escalate=True, explicit_request=True, reasons=(ASKED, *before.reasons))
        return before


def _is_down(draft: Draft) -> bool:
    """Whether a model failed that was to answer; one that may not spend any more has not failed."""
    return draft.degraded and draft.degraded_reason != WhyDown.BUDGET.value
