"""Handing on: an agent gives a message to another one, which writes the answer of the same turn.

Above: the journey. Below: gather, respond, the agents. Everybody reads the one shared conversation. A message is handed
on a few times at most and never back; when nobody of those it went to can write, the general agent does.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import reduce
from typing import Any

from deskhand.orchestration.asking import together
from deskhand.tenancy.scope import TenantScope
from deskhand.turns.events import SourcesFound, Stage, StageReached, Tell
from deskhand.turns.gather import Gatherer
from deskhand.turns.handoff import HAND_OFF
from deskhand.turns.respond import NobodyUp, Responder
from deskhand.turns.routing import Router, stand_in
from deskhand.turns.stages import Stages
from deskhand.turns.state import Accepted, Assigned, Draft, Gathered, HandoffTarget, HandoffWish, TurnRoute
from deskhand.turns.telling import routed

HANDOFF = "handoff"
"""How a route was decided that another agent chose."""
MAX_HOPS = 3
MOST_TARGETS = 20


class Relay:
    """Has the assigned agent write, and whoever it gives the message on to."""

    def __init__(self, *, gatherer: Gatherer, responder: Responder, router: Router) -> None:
        self._gatherer = gatherer
        self._responder = responder
        self._router = router

    async def write(self, accepted: Accepted, assigned: Assigned, tell: Tell, stages: Stages) -> tuple[Gathered, Draft]:
        """What the last agent was given, and what it wrote.

        Raises:
            ModelDown: when nobody can write.
        """
        passed: list[Draft] = []
        while True:
            assigned = replace(assigned, may_hand_to=await self._targets(accepted.scope, assigned, passed))
            with stages.stage("gather"):
                gathered = await self._gatherer.gather(accepted, assigned)
            tell(SourcesFound(passages=gathered.passages))
            tell(StageReached(stage=Stage.WRITING))
            try:
                with stages.stage("respond"):
                    draft = await self._responder.respond(accepted, gathered, tell)
            except NobodyUp as down:
                passed.append(down.draft)
                assigned = await self._instead(accepted, assigned, down)
            else:
                if draft.handoff is None:
                    return gathered, after(passed, draft)
                passed.append(draft)
                assigned = await self._given_on(accepted, assigned, draft.handoff)
            _tell_of_change(passed[-1], assigned, tell)

    async def _instead(self, accepted: Accepted, assigned: Assigned, down: NobodyUp) -> Assigned:
        """The general agent in the place of one whose models are all down; raises again where it is that one."""
        general = await self._router.general(accepted.scope, assigned.entry)
        if assigned.route is None or general.id == assigned.agent.id:
            raise down
        return stand_in(assigned, general, f"{assigned.agent.name} could not answer right now.")

    async def _given_on(self, accepted: Accepted, assigned: Assigned, wish: HandoffWish) -> Assigned:
        giver, scope = assigned.agent, accepted.scope
        agent = await self._router.at_work(scope, wish.agent_id)
        if agent is None:
            general = await self._router.general(scope, assigned.entry)
            return stand_in(assigned, general, f"{wish.agent_id!r} is not there to answer.")
        before = assigned.route.path if assigned.route is not None else ()
        route = TurnRoute(
            agent_id=agent.id,
            name=agent.name,
            category=agent.category,
            confidence=1.0,
            reasoning=f"{giver.name} gave it on to {agent.name}.",
            decided_by=HANDOFF,
            path=(*before, giver.id),
        )
        return replace(assigned, agent=agent, route=route)

    async def _targets(
        self, scope: TenantScope, assigned: Assigned, passed: Sequence[Draft]
    ) -> tuple[HandoffTarget, ...]:
        """To whom the agent may give the message on: those of its contract that are at work and did not have it."""
        agent = assigned.agent
        if HAND_OFF not in agent.tools or sum(each.handoff is not None for each in passed) >= MAX_HOPS:
            return ()
        had_it = {assigned.entry.id, agent.id, *(each.agent.id for each in passed)}
        wanted = [each for each in agent.handoff_targets if each not in had_it][:MOST_TARGETS]
        found = [await self._router.at_work(scope, each) for each in wanted]
        return tuple(
            HandoffTarget(agent_id=each.id, name=each.name, purpose=each.purpose) for each in found if each is not None
        )


def after(passed: Sequence[Draft], draft: Draft) -> Draft:
    """The draft with what those before it used and did."""
    if passed:
        draft.passed = tuple(passed)
        draft.usage = reduce(together, (each.usage for each in passed), draft.usage)
        draft.tools = _all_tools([*(each.tools for each in passed), draft.tools])
        draft.votes = tuple(vote for each in (*passed, draft) for vote in each.votes)
    return draft


def _all_tools(noted: Sequence[dict[str, dict[str, Any]]]) -> dict[str, dict[str, Any]]:
    """What every tool came to: calls, attempts and seconds add up, the rest is of the last call."""
    tools: dict[str, dict[str, Any]] = {}
    for each in noted:
        for name, calls in each.items():
            before = tools.get(name, {})
            summed = {key: before.get(key, 0) + calls.get(key, 0) for key in ("calls", "attempts", "seconds")}
            tools[name] = {**calls, **summed}
    return tools


def _tell_of_change(before: Draft, assigned: Assigned, tell: Tell) -> None:
    """What was told so far is void, and somebody else answers."""
    route = assigned.route
    if route is not None:
        if before.text:
            tell(StageReached(stage=Stage.FALLING_BACK, detail=route.reason or route.reasoning))
        tell(routed(route))
