"""The coordinator: whose a message is. By examples first, by its model where these are unsure, else the general agent.

Above: the turn, plans, wiring. Below: the routers (`routing_candidates`), the model (`routing_question`), questions and
small talk. Nothing here writes but what a model used, and what fails costs no turn: the general agent answers then.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from deskhand.agents.runtime import DEFAULT_AGENT, RunningAgent
from deskhand.kit.background import Background
from deskhand.kit.clock import Clock
from deskhand.llm import small_talk
from deskhand.llm.embedding import Embedder, Vectors
from deskhand.llm.model import ChatModel
from deskhand.llm.questions import leans_on_previous
from deskhand.orchestration.routing import IN_SCOPE, Candidate, Ranking
from deskhand.orchestration.routing_candidates import RouterShelf
from deskhand.orchestration.routing_question import NOBODY, judged_by
from deskhand.orchestration.routing_words import words_of
from deskhand.tenancy.scope import TenantScope
from deskhand.tenancy.store import TenantStore
from deskhand.usage.model import ModelCall
from deskhand.usage.recorder import UsageRecorder

SURE = 0.7
"""From this confidence on a message is given to a specialist."""
PATIENCE_SECONDS = 0.2
"""So long a message waits for a router that is being fitted."""
MAX_RANKED = 5
FEW_WORDS = 3
"""A message of no more words goes on with what was said before, unless it plainly begins something else."""
FEW_TOLD = 8
"""A message of no more words that tells a number, and asks nothing, is taken for an answer."""
_QUOTED = 120

Decider = Literal["semantic", "model", "general", "kept"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Route:
    """Whose a message is, and why, in one sentence for operators. `confidence`: how probably that is right."""

    agent_id: str
    category: str
    confidence: float
    reasoning: str
    decided_by: Decider
    ranking: tuple[tuple[str, float], ...] = ()
    """Ids of agents with their probabilities, the best first."""


class Coordinator:
    """Routes the messages of all tenants; one for the process."""

    def __init__(
        self,
        *,
        store: TenantStore,
        clock: Clock,
        embedder: Embedder,
        background: Background,
        usage: UsageRecorder,
        patience_seconds: float = PATIENCE_SECONDS,
    ) -> None:
        self._shelf = RouterShelf(store=store, clock=clock, embedder=embedder, background=background)
        self._embedder = embedder
        self._store = store
        self._usage = usage
        self._patience = patience_seconds

    async def route(
        self,
        scope: TenantScope,
        coordinator_agent: RunningAgent,
        text: str,
        vector: Vectors,
        *,
        history: Sequence[str] = (),
        current: str | None = None,
    ) -> Route:
        """One of the agent's handoff targets, or the general agent.

        `vector` is the text's, embedded as a query; `history` what the customer wrote before, oldest first; `current`
        who answered the message before.
        """
        candidates = await self._shelf.candidates(scope, coordinator_agent)
        router = await self._shelf.router(scope, coordinator_agent, candidates, seconds=self._patience)
        ranking = None if router is None else router.route(text, vector)
        kept = _kept(text, current, candidates, ranking)
        if kept is not None:
            return kept
        if ranking is None:
            return _general("No agent's examples have been learned yet, so the general agent answers.", ())
        if ranking.confidence >= SURE:
            return _semantic(ranking)
        calls: list[ModelCall] = []
        model = _model_of(coordinator_agent)
        asked = None if model is None else await _asked(model, candidates, text, history, ranking, calls)
        await self._count(scope, coordinator_agent, calls)
        return asked or _unsure(ranking)

    async def owners(
        self, scope: TenantScope, coordinator_agent: RunningAgent, texts: Sequence[str]
    ) -> tuple[str | None, ...]:
        """Whose each text surely is, by the examples alone; None for one of which that cannot be said."""
        candidates = await self._shelf.candidates(scope, coordinator_agent)
        router = await self._shelf.router(scope, coordinator_agent, candidates, seconds=self._patience)
        if router is None:
            return (None,) * len(texts)
        vectors = await self._embedder.embed_queries(texts)
        found = [router.route(text, vector) for text, vector in zip(texts, vectors, strict=True)]
        return tuple(each.best.agent_id if each.confidence >= SURE else None for each in found)

    async def prepare(self, scope: TenantScope, coordinator_agent: RunningAgent, *, seconds: float = 60.0) -> bool:
        """Fit the router before the first message, or wait for one that is being fitted; whether it is there."""
        candidates = await self._shelf.candidates(scope, coordinator_agent)
        return await self._shelf.router(scope, coordinator_agent, candidates, seconds=seconds) is not None

    async def _count(self, scope: TenantScope, agent: RunningAgent, calls: Sequence[ModelCall]) -> None:
        """What its model used is the coordinator's own, whoever answers in the end."""
        if calls:
            async with self._store.write(scope) as db:
                await self._usage.add(db, scope, agent.id, calls)

    def forget(self, tenant_id: str) -> None:
        """An agent of the tenant was changed: the next message is routed by what it is now."""
        self._shelf.forget(tenant_id)


def _kept(text: str, current: str | None, candidates: Sequence[Candidate], ranking: Ranking | None) -> Route | None:
    """The agent of the message before, for a message that goes on with it."""
    known = {each.agent_id: each for each in candidates}
    if current is None or (current not in known and current != DEFAULT_AGENT):
        return None
    why = _goes_on(text) or _still(current, ranking)
    begins_another = ranking is not None and ranking.confidence >= SURE and ranking.best.agent_id != current
    if why is None or (begins_another and small_talk.recognise(text) is None):
        return None
    name = known[current].name if current in known else "the general agent"
    return Route(
        agent_id=current,
        category=_category(current),
        confidence=1.0,
        reasoning=f"{why}, so {name} ({current}), who answered before, goes on.",
        decided_by="kept",
        ranking=() if ranking is None else _ranking(ranking),
    )


def _goes_on(text: str) -> str | None:
    if small_talk.recognise(text) is not None:
        return "The message asks nothing new"
    if leans_on_previous(text):
        return "The message leans on the one before"
    words = words_of(text)
    if len(words) <= FEW_WORDS:
        return "The message is very short"
    if len(words) <= FEW_TOLD and "0" in words and "?" not in text:
        return "The message tells a number that was asked for"
    return None


def _still(current: str, ranking: Ranking | None) -> str | None:
    if ranking is not None and ranking.best.agent_id == current and IN_SCOPE <= ranking.confidence < SURE:
        return "The message is most like those it is for"
    return None


def _semantic(ranking: Ranking) -> Route:
    return Route(
        agent_id=ranking.best.agent_id,
        category=ranking.best.category,
        confidence=ranking.confidence,
        reasoning=f"{_closest(ranking)}{_next(ranking)}.",
        decided_by="semantic",
        ranking=_ranking(ranking),
    )


async def _asked(
    model: ChatModel,
    candidates: Sequence[Candidate],
    text: str,
    history: Sequence[str],
    ranking: Ranking,
    calls: list[ModelCall],
) -> Route | None:
    """What the model decides; None where it does not. `calls` gets what that used."""
    judgement = await judged_by(model, candidates, text, history, calls)
    if judgement is None or judgement.agent == NOBODY or judgement.confidence < SURE:
        return None
    name = next(each.name for each in candidates if each.agent_id == judgement.agent)
    return Route(
        agent_id=judgement.agent,
        category=_category(judgement.agent),
        confidence=judgement.confidence,
        reasoning=(
            f"{model.name} gave it to {name} ({judgement.agent}), {judgement.confidence:.2f}; "
            f"the examples were unsure: {_closest(ranking, start='closest')}."
        ),
        decided_by="model",
        ranking=_ranking(ranking),
    )


def _unsure(ranking: Ranking) -> Route:
    if ranking.in_scope < IN_SCOPE:
        why = f"Like nothing that an agent is there for ({ranking.in_scope:.2f})"
    else:
        why = f"{_closest(ranking)}, which is below {SURE:g}{_next(ranking)}"
    return _general(f"{why}; so the general agent answers.", _ranking(ranking), confidence=_of_general(ranking))


def _general(reasoning: str, ranking: tuple[tuple[str, float], ...], *, confidence: float = 0.0) -> Route:
    return Route(
        agent_id=DEFAULT_AGENT,
        category=_category(DEFAULT_AGENT),
        confidence=confidence,
        reasoning=reasoning,
        decided_by="general",
        ranking=ranking,
    )


def _of_general(ranking: Ranking) -> float:
    """The probability that the message is the general agent's: as a candidate's, or as nobody else's."""
    return dict(_ranking(ranking)).get(DEFAULT_AGENT, 0.0) + (1 - ranking.in_scope)


def _closest(ranking: Ranking, *, start: str = "Closest") -> str:
    best = ranking.best
    quoted = ranking.nearest if len(ranking.nearest) <= _QUOTED else f"{ranking.nearest[:_QUOTED]}…"
    return f"{start} to {quoted!r} of {best.name} ({best.agent_id}), {ranking.confidence:.2f}"


def _next(ranking: Ranking) -> str:
    if not ranking.runners_up:
        return ""
    agent_id, probability = _ranking(ranking)[1]
    return f"; next: {ranking.runners_up[0].candidate.name} ({agent_id}), {probability:.2f}"


def _ranking(ranking: Ranking) -> tuple[tuple[str, float], ...]:
    others = [(each.candidate.agent_id, each.probability * ranking.in_scope) for each in ranking.runners_up]
    return ((ranking.best.agent_id, ranking.confidence), *others)[:MAX_RANKED]


def _model_of(agent: RunningAgent) -> ChatModel | None:
    return next((model for model in agent.models if not model.is_offline), None)


def _category(agent_id: str) -> str:
    return agent_id.split("-", 1)[0]
