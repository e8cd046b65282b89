"""A plan for a message that is several matters: weighed while the answer is written, begun with the answer's commit.

Above: the journey. Below: the scales, the planner. The customer is answered at once; what the plan finds comes as a
message of its own. A message of one matter is told by its words, and waits for nothing.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Protocol

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from deskhand.agents.runtime import RunningAgent
from deskhand.agents.wording import PLAN_BEGUN
from deskhand.kit.errors import DeskhandError
from deskhand.kit.ids import new_id
from deskhand.orchestration.matters import Matters
from deskhand.orchestration.plan_model import Plan, PlanDraft
from deskhand.orchestration.planner import Planner
from deskhand.tenancy.scope import TenantScope
from deskhand.turns.answer import AnswerKind
from deskhand.turns.events import Tell, TextAdded
from deskhand.turns.state import Accepted, Assigned, Gathered, PlanWish, Verified

log = structlog.get_logger(__name__)


class Scales(Protocol):
    """Tells several matters from one."""

    async def weigh(self, scope: TenantScope, coordinator_agent: RunningAgent, text: str) -> Matters | None:
        """The matters of a complex message; None for any other."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Weighing:
    """What is found out about a message beside its answer."""

    task: "asyncio.Task[Matters | None] | None" = None

    async def told(self, gathered: Gathered, verified: Verified, tell: Tell) -> Verified:
        """The answer, with the plan that goes with it where there is one. The customer is told that it is made."""
        matters = None if self.task is None or _needs_a_person(gathered, verified) else await self.task
        if matters is None:
            return verified
        tell(TextAdded(delta=f"\n\n{PLAN_BEGUN}"))
        wish = PlanWish(id=new_id("pln"), parts=matters.parts, agents=matters.agents, note=PLAN_BEGUN)
        return replace(verified, plan=wish)


class TurnPlans:
    """Has plans made for turns."""

    def __init__(self, *, scales: Scales, planner: Planner) -> None:
        self._scales = scales
        self._planner = planner

    @asynccontextmanager
    async def weighing(self, accepted: Accepted, assigned: Assigned) -> AsyncIterator[Weighing]:
        """Weigh the message meanwhile, where somebody coordinates."""
        if not assigned.entry.coordinates or assigned.talk is not None:
            yield Weighing()
            return
        task = asyncio.create_task(self._weighed(accepted, assigned.entry))
        try:
            yield Weighing(task=task)
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def add(self, db: AsyncSession, accepted: Accepted, verified: Verified) -> Plan | None:
        """The answer's plan, in the transaction that commits the answer."""
        wish = verified.plan
        if wish is None:
            return None
        turn = accepted.turn
        draft = PlanDraft(id=wish.id, task=turn.text, session_id=accepted.session.id, turn_id=turn.id)
        return await self._planner.add(db, accepted.scope, draft)

    def begin(self, plan: Plan | None) -> None:
        """The answer is committed."""
        if plan is not None:
            self._planner.go(plan)

    async def _weighed(self, accepted: Accepted, entry: RunningAgent) -> Matters | None:
        scope = accepted.scope
        try:
            matters = await self._scales.weigh(scope, entry, accepted.turn.text)
            if matters is not None and await self._planner.has_room(scope, accepted.session.id):
                return matters
        except DeskhandError as error:
            log.warning("message_not_weighed", turn_id=accepted.turn.id, code=error.code)
        return None


def _needs_a_person(gathered: Gathered, verified: Verified) -> bool:
    """Then agents leave it to that person."""
    escalates = gathered.assessment is not None and gathered.assessment.escalate
    return escalates or verified.kind in {AnswerKind.HUMAN, AnswerKind.SMALL_TALK}
