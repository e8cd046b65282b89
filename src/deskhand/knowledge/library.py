"""The knowledge slice as the floors above use it: bases, sources, search. Below: ingest, retrieval, repository."""

from collections.abc import AsyncIterator, Sequence

import structlog

from deskhand.kit.clock import Clock
from deskhand.knowledge.cache import SearchCache
from deskhand.knowledge.index import PassageIndex
from deskhand.knowledge.ingest import Ingester
from deskhand.knowledge.model import Base, FoundPassage, IngestOutcome, IngestReport, SourceInfo, StoredChunk
from deskhand.knowledge.repository import KnowledgeRepository
from deskhand.knowledge.retrieval import Retriever, ScoredChunk
from deskhand.llm.embedding import Vectors
from deskhand.llm.fusion import SearchMode
from deskhand.tenancy.permissions import Permission
from deskhand.tenancy.scope import TenantScope
from deskhand.tenancy.store import TenantStore

log = structlog.get_logger(__name__)

REINDEX_BATCH = 64


class KnowledgeLibrary:
    """What a tenant knows: put in, taken out, searched."""

    def __init__(
        self,
        *,
        store: TenantStore,
        index: PassageIndex,
        retriever: Retriever,
        ingester: Ingester,
        clock: Clock,
        cache_entries: int,
    ) -> None:
        self._store = store
        self._index = index
        self._retriever = retriever
        self._ingester = ingester
        self._clock = clock
        self._cache = SearchCache(results=cache_entries)

    async def bases(self, scope: TenantScope, slugs: Sequence[str] = ()) -> tuple[Base, ...]:
        """The bases of these slugs, or all of them.

        Raises:
            UnknownBase: naming the first slug that there is none of.
        """
        async with self._store.read(scope) as db:
            return await KnowledgeRepository(db, scope, self._clock).bases(slugs)

    async def ensure_base(self, scope: TenantScope, slug: str, name: str | None = None) -> Base:
        """The base of that slug, made when it is not there."""
        scope.require(Permission.KNOWLEDGE_WRITE)
        async with self._store.write(scope) as db:
            base = await KnowledgeRepository(db, scope, self._clock).ensure_base(slug, name or slug)
        self._cache.forget(scope.tenant_id)
        return base

    async def delete_base(self, scope: TenantScope, slug: str) -> None:
        """Remove a base with every trace of its sources."""
        scope.require(Permission.KNOWLEDGE_WRITE)
        async with self._store.write(scope) as db:
            repository = KnowledgeRepository(db, scope, self._clock)
            (base,) = await repository.bases([slug])
            await repository.delete_base(base)
        self._cache.forget(scope.tenant_id)
        await self._index.delete_base(scope.tenant_id, base.id)

    async def ingest(self, scope: TenantScope, base: Base, path: str, content: bytes) -> IngestReport:
        """Put a document into a base.

        Raises:
            DocumentRefused: saying why; the base stays as it was.
        """
        scope.require(Permission.KNOWLEDGE_WRITE)
        report = await self._ingester.ingest(scope, base, path, content)
        if report.outcome is not IngestOutcome.UNCHANGED:
            self._cache.forget(scope.tenant_id)
        return report

    async def sources(
        self, scope: TenantScope, base: Base, *, limit: int, offset: int
    ) -> tuple[tuple[SourceInfo, ...], int]:
        """A part of the base's sources by path, and how many there are."""
        async with self._store.read(scope) as db:
            return await KnowledgeRepository(db, scope, self._clock).sources(base, limit=limit, offset=offset)

    async def source_text(self, scope: TenantScope, source_id: str) -> tuple[SourceInfo, str]:
        """A source and its whole text."""
        async with self._store.read(scope) as db:
            return await KnowledgeRepository(db, scope, self._clock).source_text(source_id)

    async def delete_source(self, scope: TenantScope, source_id: str) -> None:
        """Remove every trace of a source."""
        scope.require(Permission.KNOWLEDGE_WRITE)
        async with self._store.write(scope) as db:
            repository = KnowledgeRepository(db, scope, self._clock)
            source, _ = await repository.source_text(source_id)
            gone = await repository.chunk_hashes(source_id)
            await repository.delete_source(source.base_id, source_id)
        self._cache.forget(scope.tenant_id, gone.values())
        await self._index.delete_source(scope.tenant_id, source.base_id, source_id)

    async def search(
        self,
        scope: TenantScope,
        questions: Sequence[str],
        *,
        slugs: Sequence[str] = (),
        k: int,
        mode: SearchMode = SearchMode.HYBRID,
        vectors: Vectors | None = None,
    ) -> tuple[FoundPassage, ...]:
        """The passages most likely to answer any of the questions, best first, from the bases of these slugs or all.

        `vectors`, of shape (questions, dimensions), saves embedding them again.
        """
        bases = await self._cache.bases(scope.tenant_id, slugs, lambda: self.bases(scope, slugs))
        key = (scope.tenant_id, tuple((base.id, base.revision) for base in bases), tuple(questions), k, mode.value)
        found = self._cache.result(key)
        if found is None:
            scored = await self._retriever.search(
                scope.tenant_id, [base.id for base in bases], questions, k=k, mode=mode, query_vectors=vectors
            )
            found = await self._passages(scope, scored)
            self._cache.keep(key, found)
        return found

    async def _passages(self, scope: TenantScope, scored: Sequence[ScoredChunk]) -> tuple[FoundPassage, ...]:
        async def load(ids: Sequence[str]) -> dict[str, StoredChunk]:
            async with self._store.read(scope) as db:
                return await KnowledgeRepository(db, scope, self._clock).chunks(ids)

        chunks = await self._cache.chunks(scope.tenant_id, [hit.chunk_id for hit in scored], load)
        return tuple(
            FoundPassage(chunk=chunks[hit.chunk_id], relevance=hit.relevance)
            for hit in scored
            if hit.chunk_id in chunks
        )

    async def optimize(self) -> None:
        """Rearrange the index after many changes."""
        await self._index.optimize()

    async def reindex(self, scope: TenantScope, base: Base) -> AsyncIterator[tuple[int, int]]:
        """Bring the index into line with the database; yields (done, all) of the chunks to embed as it goes."""
        async with self._store.read(scope) as db:
            repository = KnowledgeRepository(db, scope, self._clock)
            stored = await repository.chunk_ids(base)
            indexed = await self._index.chunk_ids(scope.tenant_id, base.id)
            missing = tuple((await repository.chunks(sorted(stored - indexed))).values())
        await self._index.delete_chunks(scope.tenant_id, sorted(indexed - stored))
        if indexed != stored:
            log.warning("index_mended", base=base.slug, missing=len(missing), orphans=len(indexed - stored))
        for start in range(0, len(missing), REINDEX_BATCH):
            await self._ingester.index_chunks(scope, base, missing[start : start + REINDEX_BATCH])
            yield min(start + REINDEX_BATCH, len(missing)), len(missing)
