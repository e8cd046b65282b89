"""A breaker for a provider: after failures in a row it is left alone for a while, then one request tries it again.

Above: the providers, the turn. Below: nothing.
"""

import time
from collections.abc import Callable
from enum import StrEnum

FAILURES_IN_A_ROW = 3
REST_SECONDS = 10.0
LONGEST_REST_SECONDS = 120.0
PROBE_SECONDS = 60.0
"""After this a probe that never said how it ended is forgotten."""


class CircuitState(StrEnum):
    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


class Circuit:
    """Closed while all is well, open after failures, half open while one request tries. Each rest is twice the last."""

    def __init__(self, *, seconds: Callable[[], float] = time.monotonic) -> None:
        """`seconds` is a clock for intervals."""
        self._seconds = seconds
        self._failures = 0
        self._rests = 0
        self._open_until = 0.0
        self._probing_until = 0.0

    @property
    def state(self) -> CircuitState:
        if self._failures < FAILURES_IN_A_ROW:
            return CircuitState.CLOSED
        return CircuitState.OPEN if self._seconds() < self._open_until else CircuitState.HALF_OPEN

    def lets_through(self) -> bool:
        """Whether a request may be made now; half open, one at a time. Whoever is let through says how it ended."""
        match self.state:
            case CircuitState.CLOSED:
                return True
            case CircuitState.OPEN:
                return False
            case CircuitState.HALF_OPEN:
                now = self._seconds()
                if now < self._probing_until:
                    return False
                self._probing_until = now + PROBE_SECONDS
                return True

    def succeeded(self) -> None:
        """A whole answer came."""
        self._failures = self._rests = 0
        self._probing_until = 0.0

    def failed(self) -> None:
        """The provider failed. A failure that was on its way when it opened changes nothing."""
        if self.state is CircuitState.OPEN:
            return
        self._failures += 1
        self._probing_until = 0.0
        if self._failures >= FAILURES_IN_A_ROW:
            rest = min(REST_SECONDS * 2**self._rests, LONGEST_REST_SECONDS)
            self._open_until = self._seconds() + rest
            self._rests = min(self._rests + 1, 16)

    def let_go(self) -> None:
        """The request was given up, or says nothing about the provider: the next one may try."""
        self._probing_until = 0.0
