"""A message's journey, as a story. Each verb is a stage in a module of its own; the channels stand above.

What it promises: an accepted message is never lost, is answered once, with those that came while another was being
answered, by the agent whose matter it is, or by the person who has taken the conversation over; several matters go on
as a plan; and every citation in the answer names a passage that was found and supports its sentence.
"""

import time
from collections.abc import Sequence
from typing import Any

from deskhand.kit.errors import DeskhandError
from deskhand.turns.admit import Admitter
from deskhand.turns.aftermath import Aftermath
from deskhand.turns.answer import AnswerKind
from deskhand.turns.burst import Bursts, Place, joined, told_to_all
from deskhand.turns.commit import Committed, Committer, TakenOver
from deskhand.turns.conclude import Concluder
from deskhand.turns.events import Completed, Stage, StageReached, Tell
from deskhand.turns.planning import TurnPlans
from deskhand.turns.relay import Relay
from deskhand.turns.routing import Router
from deskhand.turns.stages import Stages
from deskhand.turns.state import Accepted, Admission, TurnRequest
from deskhand.turns.telling import escalated, failure_of, started
from deskhand.turns.verify import verify

WAITED = 0.25
"""Seconds after which a turn that had to wait for its session looks again whether a person has it by now."""


class Journey:
    """Takes a message from acceptance to its committed answer."""

    def __init__(
        self,
        *,
        admitter: Admitter,
        bursts: Bursts,
        router: Router,
        relay: Relay,
        plans: TurnPlans,
        concluder: Concluder,
        committer: Committer,
        aftermath: Aftermath,
    ) -> None:
        self._admitter = admitter
        self._bursts = bursts
        self._router = router
        self._relay = relay
        self._plans = plans
        self._concluder = concluder
        self._committer = committer
        self._aftermath = aftermath

    async def admit(self, request: TurnRequest) -> Admission:
        """Check the message and store it. From here on it is ours to answer."""
        return await self._admitter.admit(request)

    async def travel(self, accepted: Accepted, tell: Tell) -> dict[str, Any]:
        """Answer an accepted message and tell of it on the way; the answer is committed before the last event.

        Raises:
            DeskhandError: when there is no answer; by then the failure is stored and told.
        """
        place = Place(accepted=accepted, tell=tell, began=time.monotonic())
        tell(started(accepted))
        try:
            async with self._bursts.turn(place) as burst:
                if burst:
                    await self._answer_together(burst)
            return place.outcome()
        except DeskhandError as error:
            await self.fail(accepted, error, tell)
            raise

    async def _answer_together(self, burst: Sequence[Place]) -> None:
        """One answer for all that wait, committed before any of them is told."""
        accepted, tell = joined(burst), told_to_all(burst)
        committed = await self._committed(accepted, tell, Stages(began=burst[0].began))
        if committed.ticket is not None:
            tell(escalated(committed.ticket))
        for place in burst:
            place.answer = committed.answers[place.accepted.turn.id]
            place.tell(Completed(answer=place.answer))

    async def _committed(self, accepted: Accepted, tell: Tell, stages: Stages) -> Committed:
        if stages.total > WAITED:
            accepted = await self._admitter.looked_at_again(accepted)
        if accepted.session.human_owner is None:
            try:
                return await self._answered(accepted, tell, stages)
            except TakenOver:
                tell(StageReached(stage=Stage.LEFT_TO_HUMAN))
        record = await self._concluder.without_answer(accepted, stages, kind=AnswerKind.WITH_HUMAN)
        return await self._committer.leave(accepted, record, stages)

    async def _answered(self, accepted: Accepted, tell: Tell, stages: Stages) -> Committed:
        tell(StageReached(stage=Stage.SEARCHING))
        assigned = await self._router.assign(accepted, tell, stages)
        async with self._plans.weighing(accepted, assigned) as weighing:
            gathered, draft = await self._relay.write(accepted, assigned, tell, stages)
            tell(StageReached(stage=Stage.CHECKING))
            with stages.stage("verify"):
                verified = await weighing.told(gathered, verify(draft), tell)
        with stages.stage("conclude"):
            ending = await self._concluder.conclude(accepted, gathered, verified, stages)
        committed = await self._committer.commit(accepted, gathered, verified, ending, stages)
        self._aftermath.begin(accepted, gathered, committed)
        return committed

    async def fail(self, accepted: Accepted, error: DeskhandError, tell: Tell) -> None:
        """Store and tell that the turn ended without an answer; told also when it cannot be stored."""
        failed = failure_of(accepted, error)
        try:
            record = await self._concluder.without_answer(accepted, Stages(), kind="failed", error=error)
            await self._committer.fail(accepted, failed, record)
        finally:
            tell(failed)
