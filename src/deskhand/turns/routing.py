"""Routing: who answers a message. Where a session's agent coordinates, the one whose message it is; else that agent.

Above: the journey. Below: the coordinator, through its port, and the agents. A turn is never lost to its routing: when
nobody can be found, the general agent answers, and says that it stands in for another.
"""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Protocol

import structlog
from pydantic import ValidationError

from deskhand.agents.runtime import DEFAULT_AGENT, AgentRuntime, RunningAgent
from deskhand.conversations.model import Message, MessageRole
from deskhand.conversations.repository import ConversationRepository
from deskhand.kit.clock import Clock
from deskhand.kit.errors import DeskhandError
from deskhand.llm import small_talk
from deskhand.llm.embedding import Embedder, Vectors
from deskhand.llm.small_talk import SmallTalk
from deskhand.tenancy.scope import TenantScope
from deskhand.tenancy.store import TenantStore
from deskhand.turns.events import Tell
from deskhand.turns.stages import Stages
from deskhand.turns.state import Accepted, Assigned, TurnRoute
from deskhand.turns.telling import routed

log = structlog.get_logger(__name__)

LOOKED_BACK = 6
"""So many messages tell who answered last, and what a short message leans on."""
ROUTE = "route"
"""Under this name a reply notes whose the message was found to be."""
GENERAL = "general"
BROKEN = "broken_contract"
NOBODY_FOUND = "The message could not be weighed."


class Chosen(Protocol):
    """Whose message it is, as far as the coordinator can say."""

    @property
    def agent_id(self) -> str: ...

    @property
    def category(self) -> str: ...

    @property
    def confidence(self) -> float: ...

    @property
    def reasoning(self) -> str: ...

    @property
    def decided_by(self) -> str: ...


class Coordinates(Protocol):
    """Finds whose a message is."""

    async def route(
        self,
        scope: TenantScope,
        coordinator_agent: RunningAgent,
        text: str,
        vector: Vectors,
        *,
        history: Sequence[str] = (),
        current: str | None = None,
    ) -> Chosen:
        """One of the agent's handoff targets, or the general agent.

        `vector` is the text's own; `history` what the customer wrote before, oldest first; `current` who answered last.
        """
        ...


class Router:
    """Assigns messages to agents."""

    def __init__(
        self, *, store: TenantStore, clock: Clock, runtime: AgentRuntime, embedder: Embedder, coordinator: Coordinates
    ) -> None:
        self._store = store
        self._clock = clock
        self._runtime = runtime
        self._embedder = embedder
        self._coordinator = coordinator

    async def assign(self, accepted: Accepted, tell: Tell, stages: Stages) -> Assigned:
        """Who answers. Where that had to be found, it is told.

        Raises:
            UnknownAgent, AgentNotActive: when the session's own agent is gone.
        """
        entry = await self._runtime.agent_for(accepted.scope, accepted.session.agent_id)
        assigned = Assigned(agent=entry, entry=entry, talk=_talk(accepted))
        if not entry.coordinates:
            return assigned
        with stages.stage(ROUTE):
            assigned = await self._given_on(accepted, assigned)
        if assigned.route is not None:
            tell(routed(assigned.route))
        return assigned

    async def general(self, scope: TenantScope, entry: RunningAgent) -> RunningAgent:
        """Who answers what is nobody's; a coordinator answers itself where nobody else can."""
        return await self.at_work(scope, DEFAULT_AGENT) or entry

    async def at_work(self, scope: TenantScope, agent_id: str) -> RunningAgent | None:
        """The agent, unless it is gone, at rest, or its contract cannot be read any more."""
        try:
            return await self._runtime.agent_for(scope, agent_id)
        except DeskhandError as error:
            log.warning("agent_not_at_work", agent=agent_id, code=error.code)
        except ValidationError:
            log.warning("agent_not_at_work", agent=agent_id, code=BROKEN)
        return None

    async def _given_on(self, accepted: Accepted, assigned: Assigned) -> Assigned:
        scope, entry = accepted.scope, assigned.entry
        if assigned.talk is not None:
            # Nothing to be found: whoever answered last goes on.
            current = answered_last(await self._recent(accepted))
            last = None if current is None else await self.at_work(scope, current)
            return replace(assigned, agent=last or await self.general(scope, entry))
        recent, vectors = await asyncio.gather(
            self._recent(accepted), self._embedder.embed_queries([accepted.turn.text])
        )
        chosen = await self._chosen(accepted, entry, vectors[0], recent)
        return replace(await self._sent_to(scope, assigned, chosen), vector=vectors[0])

    async def _chosen(
        self, accepted: Accepted, entry: RunningAgent, vector: Vectors, recent: Sequence[Message]
    ) -> Chosen | None:
        """None when the coordinator could not say."""
        history = tuple(each.content for each in recent if each.role is MessageRole.CUSTOMER)
        try:
            return await self._coordinator.route(
                accepted.scope, entry, accepted.turn.text, vector, history=history, current=answered_last(recent)
            )
        except DeskhandError as error:
            log.warning("message_not_routed", code=error.code)
        except ValidationError:
            log.warning("message_not_routed", code=BROKEN)
        return None

    async def _sent_to(self, scope: TenantScope, assigned: Assigned, chosen: Chosen | None) -> Assigned:
        entry = assigned.entry
        if chosen is None:
            return stand_in(assigned, await self.general(scope, entry), NOBODY_FOUND)
        known = chosen.agent_id in {*entry.handoff_targets, DEFAULT_AGENT}
        agent = await self.at_work(scope, chosen.agent_id) if known else None
        route = TurnRoute(
            agent_id=chosen.agent_id,
            name=agent.name if agent is not None else chosen.agent_id,
            category=chosen.category,
            confidence=round(min(max(chosen.confidence, 0.0), 1.0), 4),
            reasoning=chosen.reasoning,
            decided_by=chosen.decided_by,
        )
        if agent is not None:
            return replace(assigned, agent=agent, route=route)
        reason = f"{chosen.agent_id!r} is not there to answer."
        return stand_in(replace(assigned, route=route), await self.general(scope, entry), reason)

    async def _recent(self, accepted: Accepted) -> tuple[Message, ...]:
        async with self._store.read(accepted.scope) as db:
            conversations = ConversationRepository(db, accepted.scope, self._clock)
            return await conversations.recent_messages(accepted.session.thread_id, limit=LOOKED_BACK)


def stand_in(assigned: Assigned, general: RunningAgent, reason: str) -> Assigned:
    """The general agent in the place of the one that was chosen, and why."""
    route = assigned.route or TurnRoute(
        agent_id=general.id,
        name=general.name,
        category=general.category,
        confidence=0.0,
        reasoning=reason,
        decided_by=GENERAL,
    )
    route = replace(route, agent_id=general.id, name=general.name, fallback=True, reason=reason)
    return replace(assigned, agent=general, route=route, may_hand_to=())


def answered_last(recent: Iterable[Message]) -> str | None:
    """Who of those that were chosen answered last."""
    noted = [each.details.get(ROUTE) for each in recent if each.role is MessageRole.AGENT]
    return next((str(route["agent_id"]) for route in reversed(noted) if isinstance(route, dict)), None)


def _talk(accepted: Accepted) -> SmallTalk | None:
    """What the message is where it is no question. Among several, one that asks for a person is enough."""
    asked = any(small_talk.recognise(text) is SmallTalk.HUMAN for text in accepted.texts)
    return small_talk.recognise(accepted.turn.text) or (SmallTalk.HUMAN if asked else None)
