"""Work beside the requests: tasks that nobody waits for, and one that comes round again and again.

Above: the slices start work here, `wiring.py` ends it. What fails is logged with its traceback and ends nothing else.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

import structlog

log = structlog.get_logger(__name__)

DRAIN_SECONDS = 15.0


class Background:
    """Keeps hold of the tasks of one process until they end."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()
        self._rounds: set[asyncio.Task[None]] = set()

    def start(self, name: str, work: Coroutine[Any, Any, object]) -> "asyncio.Task[None]":
        """Run it now, beside everything else. The task can be waited for; it never raises."""
        task = asyncio.create_task(_guarded(name, work), name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def every(self, seconds: float, name: str, work: Callable[[], Awaitable[object]]) -> None:
        """Run it each time so many seconds have passed since it last ended, until `close`."""
        task = asyncio.create_task(_again_and_again(seconds, name, work), name=name)
        self._rounds.add(task)
        task.add_done_callback(self._rounds.discard)

    async def settle(self) -> None:
        """Wait until everything that was started has ended, also what that started in its turn."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def close(self) -> None:
        """End the rounds, let the started work finish, and cut off what takes too long."""
        for task in self._rounds:
            task.cancel()
        await asyncio.gather(*self._rounds, return_exceptions=True)
        try:
            async with asyncio.timeout(DRAIN_SECONDS):
                await self.settle()
        except TimeoutError:
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)


async def _again_and_again(seconds: float, name: str, work: Callable[[], Awaitable[object]]) -> None:
    while True:
        await asyncio.sleep(seconds)
        await _guarded(name, work())


async def _guarded(name: str, work: Awaitable[object]) -> None:
    try:
        await work
    except Exception:  # the border of a job
        log.exception("background_work_failed", work=name)
