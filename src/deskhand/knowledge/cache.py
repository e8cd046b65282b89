"""What search remembers: the bases a tenant has, the chunks it showed lately, and whole results until a base changes.

A change made by this process is seen at once; one made by another replica after `BASES_SECONDS`.
"""

import time
from collections.abc import Awaitable, Callable, Iterable, Sequence

from cachetools import LRUCache, TTLCache

from deskhand.knowledge.model import Base, FoundPassage, StoredChunk

BASES_SECONDS = 2.0
CHUNKS_KEPT = 2048
ResultKey = tuple[str, tuple[tuple[str, int], ...], tuple[str, ...], int, str]


class SearchCache:
    """One per process. Everything in it is kept by tenant."""

    def __init__(self, *, results: int) -> None:
        """`results` bounds how many search results are kept; 0 keeps none."""
        self._bases: TTLCache[tuple[str, tuple[str, ...]], tuple[Base, ...]] = TTLCache(
            maxsize=10_000, ttl=BASES_SECONDS, timer=time.monotonic
        )
        self._chunks: LRUCache[tuple[str, str], StoredChunk] = LRUCache(maxsize=CHUNKS_KEPT)
        self._results: LRUCache[ResultKey, tuple[FoundPassage, ...]] = LRUCache(maxsize=max(1, results))
        self._keeps_results = results > 0

    async def bases(
        self, tenant_id: str, slugs: Sequence[str], load: Callable[[], Awaitable[tuple[Base, ...]]]
    ) -> tuple[Base, ...]:
        """The bases of these slugs, loaded when they are not remembered."""
        key = (tenant_id, tuple(slugs))
        found = self._bases.get(key)
        if found is None:
            found = self._bases[key] = await load()
        return found

    async def chunks(
        self, tenant_id: str, ids: Sequence[str], load: Callable[[Sequence[str]], Awaitable[dict[str, StoredChunk]]]
    ) -> dict[str, StoredChunk]:
        """The chunks of these ids. What an id names never changes, so they are remembered for good."""
        known = {chunk_id: self._chunks.get((tenant_id, chunk_id)) for chunk_id in ids}
        missing = [chunk_id for chunk_id, chunk in known.items() if chunk is None]
        loaded = await load(missing) if missing else {}
        for chunk_id, chunk in loaded.items():
            self._chunks[tenant_id, chunk_id] = chunk
        return {chunk_id: chunk for chunk_id, chunk in (known | loaded).items() if chunk is not None}

    def result(self, key: ResultKey) -> tuple[FoundPassage, ...] | None:
        return self._results.get(key)

    def keep(self, key: ResultKey, found: tuple[FoundPassage, ...]) -> None:
        if self._keeps_results:
            self._results[key] = found

    def forget(self, tenant_id: str, chunk_ids: Iterable[str] = ()) -> None:
        """A base of this tenant has changed; chunks of these ids are gone."""
        for key in [key for key in self._bases if key[0] == tenant_id]:
            self._bases.pop(key, None)
        for chunk_id in chunk_ids:
            self._chunks.pop((tenant_id, chunk_id), None)
