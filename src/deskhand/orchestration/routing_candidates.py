"""The agents that a coordinator may give messages to, and routers fitted to them, kept by their versions.

Above: the coordinator. Below: contracts (`AgentRepository`), the router, the embedder. A router is fitted once for all
that wait for it, beside the turns; as long as a new one is being fitted, the one before it serves.
"""

import asyncio
import hashlib
from collections.abc import Sequence

import numpy as np
import structlog
from cachetools import LRUCache, TTLCache
from pydantic import ValidationError

from deskhand.agents.contract import AgentContract
from deskhand.agents.contract_parts import AgentStatus
from deskhand.agents.model import StoredAgent
from deskhand.agents.repository import AgentRepository
from deskhand.agents.runtime import CURRENT_SECONDS, RunningAgent
from deskhand.kit.background import Background
from deskhand.kit.clock import Clock
from deskhand.kit.errors import DeskhandError
from deskhand.llm.embedding import Embedder, Vectors
from deskhand.orchestration.routing import Candidate, NothingToRoute, SemanticRouter
from deskhand.tenancy.scope import TenantScope
from deskhand.tenancy.store import TenantStore

log = structlog.get_logger(__name__)

KEPT_ROUTERS = 256
KEPT_TEXTS = 8_192
"""Vectors of examples: tenants that begin with the shipped contracts share them."""

_Key = tuple[str, str, tuple[tuple[str, str], ...]]
"""A tenant, its coordinator, and the agents with their versions."""


class RouterShelf:
    """Keeps the candidates and the routers of all tenants, each under its tenant."""

    def __init__(self, *, store: TenantStore, clock: Clock, embedder: Embedder, background: Background) -> None:
        self._store = store
        self._clock = clock
        self._embedder = embedder
        self._background = background
        self._candidates: TTLCache[tuple[str, str], tuple[Candidate, ...]] = TTLCache(KEPT_ROUTERS * 4, CURRENT_SECONDS)
        self._routers: LRUCache[_Key, SemanticRouter] = LRUCache(KEPT_ROUTERS)
        self._before: LRUCache[tuple[str, str], _Key] = LRUCache(KEPT_ROUTERS)
        self._fitting: dict[_Key, asyncio.Task[None]] = {}
        self._vectors: LRUCache[str, Vectors] = LRUCache(KEPT_TEXTS)

    async def candidates(self, scope: TenantScope, coordinator: RunningAgent) -> tuple[Candidate, ...]:
        """Those of its handoff targets that are at work, in the order of the contract."""
        place = (scope.tenant_id, coordinator.id)
        found = self._candidates.get(place)
        if found is None:
            async with self._store.read(scope) as db:
                agents = AgentRepository(db, scope, self._clock)
                stored = [await _found(agents, target) for target in coordinator.handoff_targets]
            active = [each.contract for each in stored if each is not None]
            found = tuple(_candidate(each) for each in active if each.metadata.status is AgentStatus.ACTIVE)
            self._candidates[place] = found
        return found

    async def router(
        self, scope: TenantScope, coordinator: RunningAgent, candidates: Sequence[Candidate], *, seconds: float
    ) -> SemanticRouter | None:
        """The router for these candidates, when it can be had in that time; else the one before, else none."""
        place = (scope.tenant_id, coordinator.id)
        key: _Key = (*place, tuple((each.agent_id, each.version) for each in candidates))
        if key not in self._routers:
            await asyncio.wait([self._start(key, tuple(candidates))], timeout=seconds)
        found = self._routers.get(key)
        if found is not None:
            self._before[place] = key
            return found
        before = self._before.get(place)
        return None if before is None else self._routers.get(before)

    def forget(self, tenant_id: str) -> None:
        """An agent of the tenant was changed: who may be chosen is read anew."""
        for place in [place for place in self._candidates if place[0] == tenant_id]:
            self._candidates.pop(place, None)

    def _start(self, key: _Key, candidates: tuple[Candidate, ...]) -> "asyncio.Task[None]":
        task = self._fitting.get(key)
        if task is None:
            task = self._fitting[key] = self._background.start("fit_router", self._fit(key, candidates))
            task.add_done_callback(lambda _: self._fitting.pop(key, None))
        return task

    async def _fit(self, key: _Key, candidates: tuple[Candidate, ...]) -> None:
        try:
            self._routers[key] = await SemanticRouter.fit(candidates, self._embed)
        except NothingToRoute:
            return  # every message is the general agent's

    async def _embed(self, texts: Sequence[str]) -> Vectors:
        names = [hashlib.sha256(text.encode()).hexdigest() for text in texts]
        known = {name: self._vectors[name] for name in names if name in self._vectors}
        missing = {name: text for name, text in zip(names, texts, strict=True) if name not in known}
        if missing:
            vectors = await self._embedder.embed_queries(list(missing.values()))
            known |= dict(zip(missing, vectors, strict=True))
            self._vectors.update({name: known[name] for name in missing})
        return np.stack([known[name] for name in names])


async def _found(agents: AgentRepository, target: str) -> StoredAgent | None:
    """The agent, if its contract can be read; the others are there without it."""
    try:
        return await agents.find(target)
    except (ValidationError, DeskhandError) as error:
        log.warning("routing_target_unreadable", agent=target, error=type(error).__name__)
        return None


def _candidate(contract: AgentContract) -> Candidate:
    return Candidate.of(
        contract.id,
        name=contract.name,
        description=contract.routing.description,
        examples=contract.routing.examples,
        version=contract.version,
    )
