"""Limits for those who have no token yet: failed sign-ins by account and by address, new visitors by address.

Kept in the memory of this process: each process of an installation allows as much again. Above: `sign_in`, endpoints.
"""

import hashlib
import math
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from limits import RateLimitItemPerSecond
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import MovingWindowRateLimiter

from deskhand.kit.errors import TooManyRequests

Who = tuple[str, ...]


class MovingLimit:
    """So many times in a window that moves along with time."""

    def __init__(self, amount: int, window_seconds: int) -> None:
        self._item = RateLimitItemPerSecond(amount, window_seconds)
        self._limiter = MovingWindowRateLimiter(MemoryStorage())
        self._open: Counter[str] = Counter()

    async def count(self, who: Who, doing: str) -> None:
        """One more time.

        Raises:
            TooManyRequests: when that is too often; it is not counted then.
        """
        if not await self._limiter.hit(self._item, _key(who)):
            raise await self._refusal(_key(who), doing)

    @asynccontextmanager
    async def counting_failures(self, who: Who, doing: str, failure: type[Exception]) -> AsyncIterator[None]:
        """Counts the block only when it ends with `failure`; blocks that are still open count until it is known.

        Raises:
            TooManyRequests: before the block begins, when it failed too often.
        """
        key = _key(who)
        if not await self._limiter.test(self._item, key, cost=1 + self._open[key]):
            raise await self._refusal(key, doing)
        self._open[key] += 1
        try:
            yield
        except failure:
            await self._limiter.hit(self._item, key)
            raise
        finally:
            self._open[key] -= 1
            if not self._open[key]:
                del self._open[key]

    async def _refusal(self, key: str, doing: str) -> TooManyRequests:
        window = await self._limiter.get_window_stats(self._item, key)
        # The limiter goes by the time of the machine, so that is what it is compared with.
        wait = max(1, math.ceil(window.reset_time - time.time()))
        return TooManyRequests(f"Too many {doing}: try again in {wait} s.", retry_after=wait)


def _key(who: Who) -> str:
    """Of one length, whatever was sent; nobody's address is kept in the clear."""
    return hashlib.sha256("\x00".join(who).encode("utf-8", "surrogatepass")).hexdigest()
