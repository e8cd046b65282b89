"""Recall: which memories a message calls up, and how surely. What it computes stands in `scoring`.

Above: the turn, which gives it the vector that the message has already; endpoints, the tool, `deskhand eval memory`.
Below: what a namespace holds, decoded and kept while its version in the database is the same, so that a recall is one
short query and some arithmetic, and sees what other processes wrote.
"""

import asyncio
import re
from collections.abc import Mapping, Sequence

import numpy as np
import structlog
from cachetools import LRUCache

from deskhand.kit.background import Background
from deskhand.kit.clock import Clock
from deskhand.llm.embedding import Embedder, Vectors
from deskhand.llm.terms import TermEncoder, rarity
from deskhand.memory.model import NOTHING_RECALLED, MemoryContext, MemoryPlace, MemorySettings, RecalledMemory
from deskhand.memory.namespace_index import COMMON_SHARE, ENOUGH_TO_SAY, NamespaceIndex, index_of
from deskhand.memory.reading import MemoryReader
from deskhand.memory.repository import MemoryRepository
from deskhand.memory.scoring import (
    WORDS_WEIGHT,
    Numbers,
    confidence,
    reinforcement,
    score,
    semantic,
    shares,
    support,
    without,
)
from deskhand.memory.scoring import recency as recency_of
from deskhand.tenancy.scope import TenantScope
from deskhand.tenancy.store import TenantStore

DEFAULT_LIMIT = 10
MAX_QUERY = 2_000
"""Characters of a message that are read; what it calls up stands in its first lines."""
MAX_COMMON_WORDS = 6
KEPT_WORDS = 2_000
_WORD = re.compile(r"[^\W_]+")

log = structlog.get_logger(__name__)


class MemoryRecall:
    """Finds memories for messages."""

    def __init__(
        self,
        *,
        store: TenantStore,
        clock: Clock,
        embedder: Embedder,
        background: Background,
        settings: MemorySettings | None = None,
    ) -> None:
        self._store = store
        self._clock = clock
        self._embedder = embedder
        self._background = background
        self._settings = settings or MemorySettings()
        self._terms = TermEncoder()
        self._held: LRUCache[str, NamespaceIndex] = LRUCache(
            maxsize=self._settings.cached_memories, getsizeof=lambda held: len(held) + 1
        )
        self._words: LRUCache[str, Vectors] = LRUCache(maxsize=KEPT_WORDS)

    async def recall(
        self,
        scope: TenantScope,
        place: MemoryPlace,
        text: str,
        vector: Vectors | None = None,
        *,
        k: int = DEFAULT_LIMIT,
    ) -> MemoryContext:
        """The `k` memories that can be seen from the place with the highest scores, best first.

        `vector` is that of `text`, when it has one already; nothing of the message is embedded a second time.
        """
        text = text[:MAX_QUERY]
        held = await self._open(scope, place.namespaces(scope.tenant_id))
        if not held or k < 1:
            return NOTHING_RECALLED
        words = self._terms.question(text)
        if vector is None:
            vector = await self._embedder.embed_query(text)
        meant = without(vector, await self._common(text, held))
        return self._ranked(held, _rarities(words, held), meant, k)

    def count_uses_later(self, scope: TenantScope, context: MemoryContext) -> None:
        """Note, beside everything else and in one statement, that these were recalled."""
        if context.items:
            self._background.start("memory_uses", self.count_uses(scope, context))

    async def count_uses(self, scope: TenantScope, context: MemoryContext) -> None:
        ids = [item.memory.id for item in context.items]
        async with self._store.write(scope) as db:
            await MemoryRepository(db, scope, self._clock).count_uses(ids)
        now = self._clock.now()
        for namespace in {item.memory.namespace for item in context.items}:
            if namespace in self._held:
                self._held[namespace].count_uses(ids, now)

    async def _open(self, scope: TenantScope, namespaces: Sequence[str]) -> list[NamespaceIndex]:
        """What these namespaces hold now, the empty ones left out."""
        async with self._store.read(scope) as db:
            reader = MemoryReader(db)
            versions = await reader.versions(namespaces)
            for gone in set(namespaces) - set(versions):
                self._held.pop(gone, None)
            held = [await self._current(reader, name, versions[name]) for name in namespaces if name in versions]
        return [index for index in held if len(index)]

    async def _current(self, reader: MemoryReader, namespace: str, version: str) -> NamespaceIndex:
        held = self._held.get(namespace)
        if held is not None and held.version == version:
            return held
        settings = self._settings
        memories, vectors = await reader.candidates(
            namespace,
            most=settings.candidates,
            fingerprint=self._embedder.fingerprint,
            dimensions=self._embedder.dimensions,
        )
        fresh = await asyncio.to_thread(index_of, version, memories, vectors, self._terms, gap=settings.neighbour_gap)
        if len(fresh) < self._held.maxsize:
            self._held[namespace] = fresh
        return fresh

    async def _common(self, text: str, held: Sequence[NamespaceIndex]) -> Vectors:
        """The vectors of the message's words that stand in most of what is held, each embedded once ever."""
        total = sum(map(len, held))
        if total < ENOUGH_TO_SAY:
            return np.zeros((0, self._embedder.dimensions), dtype=np.float32)
        spoken = dict.fromkeys(word.casefold() for word in _WORD.findall(text))
        common = [word for word in spoken if self._is_common(word, held, total)][:MAX_COMMON_WORDS]
        missing = [word for word in common if word not in self._words]
        if missing:
            for word, row in zip(missing, await self._embedder.embed_queries(missing), strict=True):
                self._words[word] = row
        rows = [self._words[word] for word in common]
        return np.stack(rows) if rows else np.zeros((0, self._embedder.dimensions), dtype=np.float32)

    def _is_common(self, word: str, held: Sequence[NamespaceIndex], total: int) -> bool:
        return any(
            sum(index.holding(stem) for index in held) >= COMMON_SHARE * total for stem in self._terms.question(word)
        )

    def _ranked(
        self, held: Sequence[NamespaceIndex], rarities: Mapping[int, float], vector: Vectors, k: int
    ) -> MemoryContext:
        now = self._clock.now().timestamp()
        half_life = self._settings.half_life.total_seconds()
        found: list[RecalledMemory] = []
        for index in held:
            recent = recency_of(now - index.stated, half_life)
            fitting = semantic(support(_evidence(index, rarities, vector), index.follows))
            reinforced = reinforcement(index.weights, index.times)
            total = score(recent, fitting, reinforced)
            found.extend(
                RecalledMemory(
                    memory=index.memories[row],
                    score=float(total[row]),
                    recency=float(recent[row]),
                    semantic=float(fitting[row]),
                    reinforcement=float(reinforced[row]),
                )
                for row in np.argsort(-total, kind="stable")[:k]
            )
        best = sorted(found, key=lambda item: (-item.score, item.memory.id))[:k]
        return MemoryContext(items=tuple(best), confidence=confidence([item.score for item in best]))


def _rarities(words: Sequence[int], held: Sequence[NamespaceIndex]) -> dict[int, float]:
    """How rare each word of the message is in all that is held; words that stand nowhere say nothing."""
    total = sum(map(len, held))
    counts = {word: sum(index.holding(word) for index in held) for word in words}
    return {word: rarity(total, count) for word, count in counts.items() if count}


def _evidence(index: NamespaceIndex, rarities: Mapping[int, float], vector: Vectors) -> Numbers:
    cosines = (index.vectors @ vector.astype(np.float32)).astype(np.float64)
    return np.asarray(cosines + WORDS_WEIGHT * shares(index.bm25(rarities), list(rarities.values())))
