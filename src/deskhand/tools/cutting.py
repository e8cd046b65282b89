"""Ends work that takes too long, also work that does not heed its cancellation.

Above: the guard. Below: the event loop.
"""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

import structlog

log = structlog.get_logger(__name__)

T = TypeVar("T")

GRACE_SECONDS = 1.0
"""How long cancelled work may take to end; after that it is left behind."""


class CutOff(Exception):
    """The work had not ended in its time."""


class BrokenOff(Exception):
    """The work cancelled itself."""


class Cutter:
    """Runs work in its time. Holds on to what was left behind until it ends."""

    def __init__(self, grace_seconds: float = GRACE_SECONDS) -> None:
        self._grace_seconds = grace_seconds
        self._left_behind: set[asyncio.Task[Any]] = set()

    async def within(self, seconds: float, work: Coroutine[Any, Any, T]) -> T:
        """What the work gives, or raises.

        Raises:
            CutOff: after so many seconds.
            BrokenOff: when it was cancelled and we were not.
        """
        task = asyncio.create_task(work)
        try:
            await asyncio.wait({task}, timeout=seconds)
        except asyncio.CancelledError:
            await self._end(task)
            raise
        if not task.done():
            await self._end(task)
            raise CutOff
        if task.cancelled():
            raise BrokenOff
        return task.result()

    async def _end(self, task: "asyncio.Task[Any]") -> None:
        task.cancel()
        self._left_behind.add(task)
        task.add_done_callback(self._ended)
        await asyncio.wait({task}, timeout=self._grace_seconds)
        if not task.done():
            log.warning("tool_does_not_stop")

    def _ended(self, task: "asyncio.Task[Any]") -> None:
        """Nobody waits for it any more, so nobody else would look at what it raised."""
        self._left_behind.discard(task)
        if not task.cancelled():
            task.exception()
