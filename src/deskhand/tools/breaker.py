"""A circuit breaker for each tool of each tenant: closed, open, half-open.

Above: the guard, through the port `Breakers`, whose steps are single so that a shared store can make each of them at
one go. Here: the breakers of one process. Below: the clock.
"""

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from cachetools import LRUCache

from deskhand.kit.clock import Clock

KEPT_CIRCUITS = 10_000
KEPT_CALLS = 100
"""Of the window, no more than the last calls are looked at."""


@dataclass(frozen=True, kw_only=True, slots=True)
class BreakerPolicy:
    """When a breaker opens: at so many failures in the window, if they are also that share of the calls since then."""

    failures: int = 5
    share: float = 0.5
    window_seconds: float = 60.0
    open_seconds: float = 30.0
    """After this time one call is let through, as a probe."""
    probe_seconds: float = 60.0
    """After this time a probe that nobody has reported on is taken for lost, and another may go."""


class BreakerState(StrEnum):
    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


@dataclass(frozen=True, slots=True)
class Circuit:
    """What a breaker stands before."""

    tenant_id: str
    tool: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Permit:
    """Leave to make one call. Whoever holds it says how the call went, or gives it back."""

    circuit: Circuit
    number: int
    """Names the probe; 0 when the breaker is closed."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Refused:
    """No call now. `seconds` until one may be let through."""

    seconds: float


class Breakers(Protocol):
    """Every breaker there is. Each step is atomic, and none raises: without its store, a call is let through."""

    async def admit(self, circuit: Circuit) -> Permit | Refused:
        """Leave to make a call, or none."""
        ...

    async def report(self, permit: Permit, *, failed: bool) -> BreakerState:
        """How the call went, and what the breaker is after that."""
        ...

    async def give_back(self, permit: Permit) -> None:
        """The call said nothing about its far side: it was broken off, or never got there."""
        ...


@dataclass(slots=True)
class _Breaker:
    """`opened_at` is None while it is closed; `probe` names the probe that is under way."""

    calls: deque[tuple[datetime, bool]] = field(default_factory=lambda: deque(maxlen=KEPT_CALLS))
    opened_at: datetime | None = None
    probe: int = 0
    probe_until: datetime | None = None


class InMemoryBreakers:
    """The breakers of one process."""

    def __init__(self, clock: Clock, policy: BreakerPolicy | None = None) -> None:
        self._clock = clock
        self._policy = policy or BreakerPolicy()
        self._breakers: LRUCache[Circuit, _Breaker] = LRUCache(maxsize=KEPT_CIRCUITS)
        self._probes = 0

    async def admit(self, circuit: Circuit) -> Permit | Refused:
        breaker = self._breakers.get(circuit)
        if breaker is None or breaker.opened_at is None:
            return Permit(circuit=circuit, number=0)
        now = self._clock.now()
        half_open_at = breaker.opened_at + timedelta(seconds=self._policy.open_seconds)
        wait = max(half_open_at, breaker.probe_until or half_open_at) - now
        if wait > timedelta(0):
            return Refused(seconds=wait.total_seconds())
        self._probes += 1
        breaker.probe = self._probes
        breaker.probe_until = now + timedelta(seconds=self._policy.probe_seconds)
        return Permit(circuit=circuit, number=breaker.probe)

    async def report(self, permit: Permit, *, failed: bool) -> BreakerState:
        if not failed and permit.circuit not in self._breakers:
            return BreakerState.CLOSED
        breaker = self._breakers.setdefault(permit.circuit, _Breaker())
        if breaker.opened_at is None:
            self._count(breaker, failed=failed)
        elif permit.number and permit.number == breaker.probe:
            self._judge(breaker, failed=failed)
        # Anything else was let through before the breaker opened, and says nothing new.
        return self.state(permit.circuit)

    async def give_back(self, permit: Permit) -> None:
        breaker = self._breakers.get(permit.circuit)
        if breaker is not None and permit.number and permit.number == breaker.probe:
            breaker.probe, breaker.probe_until = 0, None

    def state(self, circuit: Circuit) -> BreakerState:
        """What the breaker is now."""
        breaker = self._breakers.get(circuit)
        if breaker is None or breaker.opened_at is None:
            return BreakerState.CLOSED
        open_until = breaker.opened_at + timedelta(seconds=self._policy.open_seconds)
        return BreakerState.OPEN if self._clock.now() < open_until else BreakerState.HALF_OPEN

    def _count(self, breaker: _Breaker, *, failed: bool) -> None:
        now = self._clock.now()
        breaker.calls.append((now, failed))
        begin = now - timedelta(seconds=self._policy.window_seconds)
        while breaker.calls[0][0] < begin:
            breaker.calls.popleft()
        failures = sum(bad for _, bad in breaker.calls)
        if failed and failures >= self._policy.failures and failures >= self._policy.share * len(breaker.calls):
            breaker.opened_at = now

    def _judge(self, breaker: _Breaker, *, failed: bool) -> None:
        """The probe is back: open for as long again, or closed with nothing held against it."""
        breaker.probe, breaker.probe_until = 0, None
        breaker.opened_at = self._clock.now() if failed else None
        breaker.calls.clear()
