"""How the time of some work grows with its input: a ratio within one run, so that a slow machine does not count."""

import gc
import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

RUNS = 3
BELOW_NOISE = 0.05
"""Seconds. What takes no longer is quick whatever its growth."""


def grows_in_proportion(work: Callable[[T], object], short: T, long: T) -> bool:
    """Whether an input four times as long takes about four times as long, and not sixteen times."""
    return _least_time(work, long) < 10 * _least_time(work, short) + BELOW_NOISE


def _least_time(work: Callable[[T], object], given: T) -> float:
    """Seconds of this thread for the fastest run: what other threads do in between does not count, nor does the
    garbage of other tests.
    """

    def once() -> float:
        gc.disable()
        try:
            began = time.thread_time()
            work(given)
            return time.thread_time() - began
        finally:
            gc.enable()

    return min(once() for _ in range(RUNS))
