"""When a failed call is tried again, and after what pause.

Above: the guard. Below: what a failure is.
"""

from collections.abc import Callable
from dataclasses import dataclass

from deskhand.tools.failures import Failure


@dataclass(frozen=True, kw_only=True, slots=True)
class RetryPolicy:
    """Pauses grow by `base` from `first_seconds` up to `most_seconds`; half of each is left to chance."""

    attempts: int = 3
    first_seconds: float = 0.25
    base: float = 2.0
    most_seconds: float = 2.0
    longest_asked_seconds: float = 5.0
    """A far side that asks for a longer pause is not called again in this call."""
    budget_seconds: float = 25.0
    """For the whole call, pauses included."""

    def pause(self, failure: Failure, attempt: int, left: float, chance: Callable[[], float]) -> float | None:
        """The seconds to wait after the `attempt`-th one failed, or None where it was the last.

        `left` is what remains of the budget, `chance` gives a number from 0 to 1.
        """
        if not failure.transient or attempt >= self.attempts:
            return None
        asked = failure.retry_after or 0.0
        if asked > self.longest_asked_seconds:
            return None
        whole = min(self.most_seconds, self.first_seconds * self.base ** (attempt - 1))
        seconds = max(asked, whole * (0.5 + 0.5 * chance()))
        return seconds if seconds < left else None
