"""What an agent may still spend today: asked before a model is called, exact to about one turn.

Above: respond. Below: the usage slice, which keeps the sums. A turn that begins reserves what it may take, so that
turns running at the same time cannot pass the cap together: at most the last one goes over it, by what it takes. What
other processes spent is read every few seconds, so they may add what they spend in that time.
"""

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date

from cachetools import LRUCache

from deskhand.agents.runtime import RunningAgent
from deskhand.kit.clock import Clock
from deskhand.tenancy.scope import TenantScope
from deskhand.tenancy.store import TenantStore
from deskhand.usage.repository import UsageRepository

FRESH_SECONDS = 5.0
KEPT_VIEWS = 10_000


@dataclass(slots=True)
class _View:
    """An agent's day: what the database holds, what was spent here since it was read, what running turns may take."""

    day: date
    stored: int = 0
    here: int = 0
    reserved: int = 0
    fresh_until: float = float("-inf")


@dataclass(slots=True)
class Spending:
    """A turn's leave to spend. Whoever got it puts into `used` what it came to."""

    allowed: bool
    used: int = 0


class Budget:
    """Says whether an agent's cap leaves room for a turn."""

    def __init__(self, *, store: TenantStore, clock: Clock, seconds: Callable[[], float] = time.monotonic) -> None:
        """`seconds` is a clock for intervals."""
        self._store = store
        self._clock = clock
        self._seconds = seconds
        self._views: LRUCache[tuple[str, str], _View] = LRUCache(maxsize=KEPT_VIEWS)

    @asynccontextmanager
    async def turn(self, scope: TenantScope, agent: RunningAgent, expected: int) -> AsyncIterator[Spending]:
        """For as long as a turn is under way: whether it may spend, with `expected` tokens reserved for it."""
        cap = agent.tokens_per_day
        if cap is None:
            yield Spending(allowed=True)
            return
        view = await self._view(scope, agent.id)
        spending = Spending(allowed=view.stored + view.here + view.reserved < cap)
        reserved = expected if spending.allowed else 0
        view.reserved += reserved
        try:
            yield spending
        finally:
            view.reserved -= reserved
            view.here += spending.used

    async def _view(self, scope: TenantScope, agent_id: str) -> _View:
        """The agent's day; without a look into the database while it is fresh."""
        at, today = (scope.tenant_id, agent_id), self._clock.now().date()
        view = self._views.get(at)
        if view is None or view.day != today:
            view = self._views[at] = _View(day=today)
        if self._seconds() >= view.fresh_until:
            counted = view.here
            async with self._store.read(scope) as db:
                stored = await UsageRepository(db, scope, self._clock).spent(agent_id, today)
            # What was spent while it was read may be in it or not: it stays, so that none is forgotten.
            view.stored, view.here = stored, max(0, view.here - counted)
            view.fresh_until = self._seconds() + FRESH_SECONDS
        return view
