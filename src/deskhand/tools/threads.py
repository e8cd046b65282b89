"""Plain functions in threads of their own.

A function that hangs cannot be stopped, only left behind. In the event loop's own pool a few of those would leave no
thread for anybody else, and would keep the process from ending; so each call gets a thread that dies with the process,
and there are no more than so many at once.
Above: tools made from plain functions. Below: the standard library.
"""

import asyncio
import contextlib
import contextvars
import threading
from collections.abc import Callable
from typing import Any, TypeVar

from deskhand.tools.contract import TransientError

T = TypeVar("T")

MAX_THREADS = 32


class Threads:
    """The threads of tools in one process. A call that finds none free fails at once, instead of waiting for one."""

    def __init__(self, most: int = MAX_THREADS) -> None:
        self._free = threading.BoundedSemaphore(most)
        self._most = most

    async def run(self, work: Callable[[], T]) -> T:
        """What the function gives or raises, with the caller's context variables.

        Raises:
            TransientError: when every thread is busy.
        """
        if not self._free.acquire(blocking=False):
            raise TransientError(f"All of the {self._most} threads for tools are busy.")
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        context = contextvars.copy_context()

        def body() -> None:
            try:
                settle: tuple[Callable[[Any], None], Any] = (future.set_result, context.run(work))
            except BaseException as error:  # noqa: BLE001 - it is raised again where the call is awaited
                settle = (future.set_exception, _raisable(error))
            finally:
                self._free.release()
            _tell(loop, future, *settle)

        threading.Thread(target=body, name="tool", daemon=True).start()
        return await future


def _raisable(error: BaseException) -> BaseException:
    """A future takes no StopIteration, and an exit of a thread is not one of the process."""
    if isinstance(error, Exception) and not isinstance(error, StopIteration):
        return error
    return RuntimeError(f"The function ended with {type(error).__name__}.")


def _tell(
    loop: asyncio.AbstractEventLoop, future: "asyncio.Future[Any]", settle: Callable[[Any], None], value: Any
) -> None:
    def settled() -> None:
        if not future.done():
            settle(value)

    # The loop may have been closed while the function hung: then nobody waits for it.
    with contextlib.suppress(RuntimeError):
        loop.call_soon_threadsafe(settled)
